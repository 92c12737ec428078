package import SystemPackage

extension FilePath {
  /// The bytes of the path, whatever they are; they need not be text.
  package var bytes: [UInt8] {
    withPlatformString { name in
      UnsafeBufferPointer(start: name, count: length).map { UInt8(bitPattern: $0) }
    }
  }

  /// A path of any bytes; what comes after a zero is left out.
  package init(bytes: some Sequence<UInt8>) {
    let name = bytes.map { CChar(bitPattern: $0) } + [0]
    self = name.withUnsafeBufferPointer { name in
      // Ends with a zero, which was just put there.
      name.baseAddress.map { FilePath(platformString: $0) } ?? FilePath()
    }
  }
}
