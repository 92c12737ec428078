import Synchronization

/// The command line as the system gave it. A file's name may be any bytes; text is UTF-8. Between the two stands the
/// parser, which takes texts only: so bytes that are no text pass it as characters that no text has, and
/// ``PathArgument`` turns them back.
enum RawArguments {
  /// Of the last plane for private use: byte 0 is its character FE00, byte 255 its character FEFF.
  private static let first: UInt32 = 0x10_FE00

  /// Those that a path was made from.
  private static let used = Mutex<[String]>([])

  /// The arguments after the program's name, or `nil` when they cannot be read.
  static var texts: [String]? {
    let count = Int(CommandLine.argc)
    guard count > 0 else { return nil }
    return (1..<max(1, count)).compactMap { place in
      CommandLine.unsafeArgv[place].map { text(of: bytes(at: $0)) }
    }
  }

  // The system ends every argument with a zero.
  private static func bytes(at start: UnsafePointer<CChar>) -> [UInt8] {
    var bytes: [UInt8] = []
    var next = start
    while next.pointee != 0 {
      bytes.append(UInt8(bitPattern: next.pointee))
      next += 1
    }
    return bytes
  }

  /// The bytes as a text, from which ``bytes(of:)`` gives them back.
  static func text(of bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self), !holdsBytes(text) { return text }
    var text = String.UnicodeScalarView()
    for byte in bytes {
      text.append(
        byte < 0x80
          ? Unicode.Scalar(byte) : Unicode.Scalar(first + UInt32(byte)) ?? Unicode.Scalar(byte))
    }
    return String(text)
  }

  static func bytes(of text: String) -> [UInt8] {
    guard holdsBytes(text) else { return Array(text.utf8) }
    used.withLock { $0.append(text) }
    return text.unicodeScalars.flatMap { scalar in
      byte(of: scalar).map { [$0] } ?? Array(String(Character(scalar)).utf8)
    }
  }

  /// Makes sure that only names of files have other bytes than text; call it after parsing.
  ///
  /// - Throws: ``Failure``.
  static func check(_ arguments: [String]) throws(Failure) {
    let used = used.withLock { $0 }
    for (place, argument) in arguments.enumerated() where holdsBytes(argument) {
      // An option and its value may be one argument.
      guard used.contains(where: { argument.hasSuffix($0) }) else {
        throw Failure(
          "argument \(place + 1) is not UTF-8; only the names of files may be other bytes")
      }
    }
  }

  private static func holdsBytes(_ text: String) -> Bool {
    text.unicodeScalars.contains { byte(of: $0) != nil }
  }

  private static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    guard scalar.value >= first else { return nil }
    return UInt8(exactly: scalar.value - first)
  }
}
