import HashEngine
import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The file of the access tokens, a line each. It is looked at for every request that shows a token, so that one that
/// was revoked is refused at once.
final class TokenFile: Sendable {
  /// When the file was last changed, as far as the system tells.
  private struct Version: Equatable {
    let inode: UInt64
    let size: Int64
    let changed: [Int]
  }

  let path: FilePath
  private let known = Mutex<(version: Version?, tokens: [AccessToken])>((nil, []))

  init(_ path: FilePath) { self.path = path }

  /// The token of this secret; `nil` for one that is unknown or revoked.
  ///
  /// - Throws: ``StartError`` when the file cannot be read.
  func token(for secret: String) throws(StartError) -> AccessToken? {
    let digest = AccessToken.digest(of: secret)
    var found: AccessToken?
    // All are compared, so that the time does not tell which one it was.
    for token in try tokens() where token.has(digest) { found = token }
    return found
  }

  /// All tokens; none when there is no file.
  ///
  /// - Throws: ``StartError`` when it cannot be read, or a line is no token.
  func tokens() throws(StartError) -> [AccessToken] {
    let version = version()
    let known = known.withLock { $0 }
    if known.version == version { return known.tokens }
    let tokens = version == nil ? [] : try read()
    self.known.withLock { $0 = (version, tokens) }
    return tokens
  }

  /// Adds a token, in the place of one of the same name.
  ///
  /// - Throws: ``StartError`` when the file cannot be written.
  func add(_ token: AccessToken) throws(StartError) {
    try change { tokens in tokens.filter { $0.name != token.name } + [token] }
  }

  /// Removes a token.
  ///
  /// - Returns: Whether there was one of that name.
  /// - Throws: ``StartError`` when the file cannot be written.
  func revoke(_ name: String) throws(StartError) -> Bool {
    var isKnown = false
    try change { tokens in
      isKnown = tokens.contains { $0.name == name }
      return tokens.filter { $0.name != name }
    }
    return isKnown
  }

  /// Changes the tokens; one change waits for another, so that none is lost.
  private func change(_ body: ([AccessToken]) -> [AccessToken]) throws(StartError) {
    let lock: FileDescriptor
    do {
      lock = try .open(
        path.removingLastComponent(), .readOnly, options: [.directory, .closeOnExec])
    } catch {
      throw StartError("\(path): cannot be written: \(error)")
    }
    defer { try? lock.close() }
    guard flock(lock.rawValue, LOCK_EX) == 0 else {
      throw StartError("\(path): cannot be locked", errno: errno)
    }
    try write(body(version() == nil ? [] : try read()))
  }

  private func version() -> Version? {
    var status = stat()
    guard path.withPlatformString({ stat($0, &status) }) == 0 else { return nil }
    return Version(
      inode: UInt64(status.st_ino), size: Int64(status.st_size),
      // Who sets the time of a change back does not set back that of this.
      changed: [
        status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec,
        status.st_ctim.tv_nsec,
      ])
  }

  private func read() throws(StartError) -> [AccessToken] {
    let text = try TextFile.read(path)
    var tokens: [AccessToken] = []
    for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    where !line.isEmpty && !line.hasPrefix("#") {
      guard let token = AccessToken(line: line) else {
        throw StartError("\(path):\(number + 1): not a token; \"hashd token add\" writes them")
      }
      tokens.append(token)
    }
    return tokens
  }

  /// Replaces the file as a whole: the daemon never reads half of it. It stays whose it was; a new one is for the
  /// service's group.
  private func write(_ tokens: [AccessToken]) throws(StartError) {
    var lines = ["# Clients of hashd, by token; see \"hashd token\". NAME RIGHTS SHA256"]
    lines += tokens.map(\.line)
    var status = stat()
    let isNew = path.withPlatformString { stat($0, &status) } != 0
    let new = FilePath(path.string + ".new")
    do {
      _ = new.withPlatformString { unlink($0) }
      let file = try FileDescriptor.open(
        new, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: [.ownerReadWrite])
      try file.closeAfter {
        try file.writeAll(lines.map { $0 + "\n" }.joined().utf8)
        if isNew {
          if geteuid() == 0, let service = getpwnam(DatabaseLocation.serviceUser) {
            _ = fchown(file.rawValue, 0, service.pointee.pw_gid)
            _ = fchmod(file.rawValue, 0o640)
          }
        } else {
          _ = fchown(file.rawValue, status.st_uid, status.st_gid)
          _ = fchmod(file.rawValue, status.st_mode & 0o640)
        }
        guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
      }
    } catch {
      throw StartError("\(path): cannot be written: \(error)")
    }
    guard new.withPlatformString({ new in path.withPlatformString { rename(new, $0) } }) == 0 else {
      throw StartError("\(path): cannot be replaced", errno: errno)
    }
  }
}
