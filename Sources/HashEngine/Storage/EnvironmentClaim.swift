internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Identifies a folder whatever path led to it.
struct FileIdentity: Hashable, Sendable {
  let device: UInt64
  let inode: UInt64

  init(_ folder: FilePath, path: String) throws(StorageError) {
    var status = stat()
    guard folder.withPlatformString({ stat($0, &status) }) == 0 else {
      throw StorageError(lmdb: errno, path: path)
    }
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}

/// Marks a folder's environment as open in this process, so that nothing else in it opens it again.
struct EnvironmentClaim: Sendable {
  private static let claims = Mutex<[FileIdentity: EnvironmentClaim]>([:])
  private static let counter = Atomic(0)

  private let identity: FileIdentity
  private let folder: FilePath
  private let number: Int

  /// `nil` when it is open already. A claim whose folder is gone does not count: its inode may be reused.
  init?(_ identity: FileIdentity, _ folder: FilePath) {
    let claim = EnvironmentClaim(
      identity: identity, folder: folder,
      number: Self.counter.add(1, ordering: .relaxed).newValue)
    let isFree = Self.claims.withLock { claims in
      let known = claims[identity]?.folder
      if let known, (try? FileIdentity(known, path: known.string)) == identity { return false }
      claims[identity] = claim
      return true
    }
    guard isFree else { return nil }
    self = claim
  }

  private init(identity: FileIdentity, folder: FilePath, number: Int) {
    self.identity = identity
    self.folder = folder
    self.number = number
  }

  func release() {
    Self.claims.withLock { claims in
      if claims[identity]?.number == number { claims[identity] = nil }
    }
  }
}
