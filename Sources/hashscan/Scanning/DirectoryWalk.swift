import HashEngine
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// All files below some paths, in an order that does not depend on the file system: folder by folder, names in byte
/// order. Holds the names of the folders that it is in, and no others.
struct DirectoryWalk: Sequence, IteratorProtocol {
  enum Item {
    case file(WalkedFile)
    /// A folder that could not be read.
    case unreadable(FilePath, Errno)
  }

  private struct Identity: Hashable {
    let device: UInt64
    let inode: UInt64

    init(_ status: stat) {
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
    }
  }

  private struct Folder {
    let path: FilePath
    var names: FolderNames
  }

  /// The folder that it is in, and those around it.
  private var folders: [Folder] = []
  private var named: AnyIterator<FilePath>
  private let followsLinks: Bool
  private let filter: NameFilter
  private let onEntering: (FilePath) -> Void
  /// Folders entered, so that links cannot lead round in circles.
  private var entered: Set<Identity> = []

  /// - Parameters:
  ///   - paths: Files and folders, taken one by one; links among them are followed, since someone named them.
  ///   - followsLinks: Whether links inside folders are followed.
  ///   - filter: Which files are left out, and which folders are not entered.
  ///   - avoided: A folder that is not entered, by whatever name.
  ///   - onEntering: Called with each folder before its names are read.
  init(
    _ paths: some Sequence<FilePath>, followsLinks: Bool, filter: NameFilter = NameFilter(),
    avoiding avoided: FilePath? = nil, onEntering: @escaping (FilePath) -> Void = { _ in }
  ) {
    var iterator = paths.makeIterator()
    named = AnyIterator { iterator.next() }
    self.filter = filter
    self.followsLinks = followsLinks
    self.onEntering = onEntering
    var status = stat()
    if let avoided, avoided.withPlatformString({ stat($0, &status) }) == 0 {
      entered.insert(Identity(status))
    }
  }

  mutating func next() -> Item? {
    while true {
      guard let last = folders.indices.last else {
        guard let path = named.next() else { return nil }
        if let item = visit(path, follows: true) { return item }
        continue
      }
      guard let name = folders[last].names.next() else {
        folders.removeLast()
        continue
      }
      if let item = visit(folders[last].path.appending(name), follows: followsLinks) { return item }
    }
  }

  /// What there is at a path, unless it is left out; a folder is entered.
  private mutating func visit(_ path: FilePath, follows: Bool) -> Item? {
    var status = stat()
    let result = path.withPlatformString { follows ? stat($0, &status) : lstat($0, &status) }
    let isFolder = result == 0 && status.st_mode & S_IFMT == S_IFDIR
    guard filter.takes(path, isFolder: isFolder) else { return nil }
    // A path that is gone or forbidden is reported when the file is read.
    guard result == 0 else { return .file(WalkedFile(path, nil, followsLink: follows)) }
    switch status.st_mode & S_IFMT {
    case S_IFLNK: return nil
    case S_IFDIR:
      guard entered.insert(Identity(status)).inserted else { return nil }
      onEntering(path)
      do {
        folders.append(Folder(path: path, names: try FolderNames(of: path)))
      } catch {
        return .unreadable(path, error)
      }
      return nil
    default:
      return .file(WalkedFile(path, FileStamp(status), followsLink: follows))
    }
  }
}
