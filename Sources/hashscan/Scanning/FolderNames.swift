import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The names in a folder, in byte order. They lie one behind the other in memory: a folder may have a million.
struct FolderNames: Sequence, IteratorProtocol {
  private var bytes: [CChar] = []
  /// Where each name begins.
  private var starts: [Int] = []
  private var position = 0

  /// - Throws: `Errno` when the folder cannot be read.
  init(of folder: FilePath) throws(Errno) {
    guard let directory = folder.withPlatformString({ opendir($0) }) else {
      throw Errno(rawValue: errno)
    }
    defer { closedir(directory) }
    errno = 0
    while let entry = readdir(directory) {
      let start = bytes.count
      // A name ends within its 256 bytes, with a zero.
      withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) {
          bytes.append(contentsOf: UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
        }
      }
      if Self.isDots(bytes[start...]) {
        bytes.removeSubrange(start...)
      } else {
        starts.append(start)
      }
      errno = 0
    }
    guard errno == 0 else { throw Errno(rawValue: errno) }
    bytes.withUnsafeBufferPointer { bytes in
      guard let names = bytes.baseAddress else { return }
      // Each start is that of a name, which ends with a zero.
      starts.sort { strcmp(names + $0, names + $1) < 0 }
    }
  }

  private static func isDots(_ name: ArraySlice<CChar>) -> Bool {
    name.elementsEqual([46, 0]) || name.elementsEqual([46, 46, 0])
  }

  mutating func next() -> FilePath.Component? {
    while position < starts.count {
      defer { position += 1 }
      let name = bytes.withUnsafeBufferPointer { bytes in
        bytes.baseAddress.flatMap { FilePath.Component(platformString: $0 + starts[position]) }
      }
      if let name { return name }
    }
    return nil
  }
}
