import HashEngine
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// All files below some paths, in an order that does not depend on the file system: folder by folder,
/// names in byte order.
struct DirectoryWalk: Sequence, IteratorProtocol {
  enum Item {
    case file(FilePath)
    /// A folder that could not be read.
    case unreadable(FilePath, Errno)
  }

  private struct Identity: Hashable {
    let device: UInt64
    let inode: UInt64
  }

  /// Still to be visited, the next one last.
  private var open: [FilePath]
  private let named: Set<FilePath>
  private let followsLinks: Bool
  private let filter: NameFilter
  /// Folders entered, so that links cannot lead round in circles.
  private var entered: Set<Identity> = []

  /// - Parameters:
  ///   - paths: Files and folders; links among them are followed, since someone named them.
  ///   - followsLinks: Whether links inside folders are followed.
  ///   - filter: Which files are left out, and which folders are not entered.
  init(_ paths: [FilePath], followsLinks: Bool, filter: NameFilter = NameFilter()) {
    self.filter = filter
    open = paths.reversed()
    named = Set(paths)
    self.followsLinks = followsLinks
  }

  mutating func next() -> Item? {
    while let path = open.popLast() {
      var status = stat()
      let follows = followsLinks || named.contains(path)
      let result = path.withPlatformString { follows ? stat($0, &status) : lstat($0, &status) }
      let isFolder = result == 0 && status.st_mode & S_IFMT == S_IFDIR
      guard filter.takes(path, isFolder: isFolder) else { continue }
      // A path that is gone or forbidden is reported when the file is read.
      guard result == 0 else { return .file(path) }
      switch status.st_mode & S_IFMT {
      case S_IFLNK:
        continue
      case S_IFDIR:
        let identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        guard entered.insert(identity).inserted else { continue }
        do {
          open += try Self.names(in: path).reversed().map { path.appending($0) }
        } catch {
          return .unreadable(path, error)
        }
      default:
        return .file(path)
      }
    }
    return nil
  }

  private static func names(in folder: FilePath) throws(Errno) -> [FilePath.Component] {
    guard let directory = folder.withPlatformString({ opendir($0) }) else {
      throw Errno(rawValue: errno)
    }
    defer { closedir(directory) }
    var names: [[CChar]] = []
    while let entry = readdir(directory) {
      // A name ends within its 256 bytes, with a zero.
      let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) {
          Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
        }
      }
      if name != [46, 0], name != [46, 46, 0] { names.append(name) }
    }
    names.sort { first, second in
      first.lexicographicallyPrecedes(second) { UInt8(bitPattern: $0) < UInt8(bitPattern: $1) }
    }
    return names.compactMap { name in
      name.withUnsafeBufferPointer { name in
        name.baseAddress.flatMap { FilePath.Component(platformString: $0) }
      }
    }
  }
}
