internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Identifies a file or folder whatever path led to it.
struct FileIdentity: Hashable, Sendable {
  let device: UInt64
  let inode: UInt64

  /// `nil` when there is nothing at the path, or it cannot be looked at.
  init?(_ path: FilePath) {
    var status = stat()
    guard path.withPlatformString({ stat($0, &status) }) == 0 else { return nil }
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}

/// Marks an environment as open in this process, so that nothing else in it opens it again. What two openings cannot
/// share is the lock file: closing one of them would release the locks of both.
struct EnvironmentClaim: Sendable {
  private static let claims = Mutex<[FileIdentity: EnvironmentClaim]>([:])
  private static let counter = Atomic(0)

  private let identity: FileIdentity
  private let file: FilePath
  private let number: Int

  /// Claims the lock file, or where there is none the folder.
  ///
  /// - Returns: `nil` when it is open already. A claim whose file is gone does not count: its inode may be reused.
  init?(_ file: FilePath) {
    guard let identity = FileIdentity(file) else { return nil }
    let claim = EnvironmentClaim(
      identity: identity, file: file,
      number: Self.counter.add(1, ordering: .relaxed).newValue)
    let isFree = Self.claims.withLock { claims in
      let known = claims[identity]?.file
      if let known, FileIdentity(known) == identity { return false }
      claims[identity] = claim
      return true
    }
    guard isFree else { return nil }
    self = claim
  }

  private init(identity: FileIdentity, file: FilePath, number: Int) {
    self.identity = identity
    self.file = file
    self.number = number
  }

  func release() {
    Self.claims.withLock { claims in
      if claims[identity]?.number == number { claims[identity] = nil }
    }
  }
}
