internal import Crypto
internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The key of a file in the ledger: a digest of its folder's path and its own name, so that the files of a folder lie
/// together and in the order of their names, however long the path.
struct UploadKey: Hashable, Sendable {
  /// A digest of the folder's path.
  let folder: [UInt8]
  /// The file's name, whatever bytes it has.
  let name: [UInt8]

  static let folderBytes = 16

  init(folder: [UInt8], name: [UInt8]) {
    self.folder = folder
    self.name = name
  }

  /// `nil` when the bytes are no key.
  init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count > Self.folderBytes else { return nil }
    folder = Array(bytes.prefix(Self.folderBytes))
    name = Array(bytes.dropFirst(Self.folderBytes))
  }

  var bytes: [UInt8] { folder + name }

  /// The digest that stands for a folder.
  static func digest(ofFolder path: [UInt8]) -> [UInt8] {
    Array(SHA256.hash(data: path).prefix(folderBytes))
  }
}

/// Makes the keys of files, mostly of one folder after another.
struct UploadKeys {
  private var folder: [UInt8] = []
  private var digest: [UInt8] = []
  private var absolute: [UInt8] = []

  /// The longest name that a file can have.
  private static let longestName = 255

  /// The key of a file, and the absolute path of its folder; `nil` for what is no path of a file.
  mutating func key(of path: FilePath) -> (key: UploadKey, folder: [UInt8])? {
    let bytes = path.bytes
    let slash = UInt8(ascii: "/")
    let end = bytes.lastIndex(of: slash)
    let folder = end.map { Array(bytes[..<$0]) + [slash] } ?? []
    if absolute.isEmpty || folder != self.folder {
      guard let path = Self.absolute(folder) else { return nil }
      self.folder = folder
      absolute = path
      digest = UploadKey.digest(ofFolder: path)
    }
    let name = Array(bytes[(end.map { $0 + 1 } ?? 0)...])
    guard (1...Self.longestName).contains(name.count) else { return nil }
    return (UploadKey(folder: digest, name: name), absolute)
  }

  /// A folder's path from the root on, without links, `.` and `..`; `nil` when there is no such folder.
  private static func absolute(_ folder: [UInt8]) -> [UInt8]? {
    let name = (folder.isEmpty ? [UInt8(ascii: ".")] : folder).map { CChar(bitPattern: $0) } + [0]
    guard let path = realpath(name, nil) else { return nil }
    defer { free(path) }
    return UnsafeBufferPointer(start: path, count: strlen(path)).map { UInt8(bitPattern: $0) }
  }
}

extension FilePath {
  /// The path of a file in a folder, both as bytes.
  init(folder: [UInt8], name: [UInt8]) {
    let isRoot = folder == [UInt8(ascii: "/")]
    self.init(bytes: (isRoot ? [] : folder) + [UInt8(ascii: "/")] + name)
  }
}
