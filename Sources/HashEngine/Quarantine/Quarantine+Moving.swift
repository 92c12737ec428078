internal import Crypto
public import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

extension Quarantine {
  /// The name that a file with this SHA-256 has in quarantine.
  public func name(of sha256: [UInt8]) -> String { key.name(of: sha256) }

  /// Moves a file into quarantine, if its bytes are still those that were examined.
  ///
  /// Within one file system it is renamed; else it is copied, and removed once the copy is on the disk and was compared.
  ///
  /// - Parameters:
  ///   - path: Where it is; a symbolic link is not followed.
  ///   - sha256: The SHA-256 of the bytes that were examined.
  ///   - examination: Why.
  /// - Returns: Its name in quarantine.
  /// - Throws: ``QuarantineError`` `changed`, `failed`; the file is where it was then.
  public func take(
    _ path: FilePath, sha256: [UInt8], _ examination: Examination, at now: Timestamp = .now
  ) throws(QuarantineError) -> String {
    let file: FileDescriptor
    do {
      file = try .open(path, .readOnly, options: [.nonBlocking, .closeOnExec, .noFollow])
    } catch {
      throw QuarantineError(.changed, "it is gone, or a link by now (\(error))")
    }
    defer { try? file.close() }
    var status = stat()
    guard fstat(file.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      Self.digest(of: file) == sha256
    else { throw QuarantineError(.changed, "it has changed since it was examined") }
    let name = name(of: sha256)
    var record =
      try self.file(named: name)
      ?? QuarantinedFile(name: name, size: Int(status.st_size), places: [], matches: [], lists: [])
    record.add(
      QuarantinedFile.Place(
        path, at: now, mode: UInt32(status.st_mode) & 0o7777, uid: status.st_uid, gid: status.st_gid
      ), examination)
    try write(record)
    if isThere(record), Self.digest(ofFileAt: content(name)) == sha256 {
      try Self.remove(path, ifStill: status)
    } else {
      try move(path, file, status, to: name, sha256: sha256)
    }
    return name
  }

  /// How many further names (hard links) the bytes of a file in quarantine have elsewhere.
  public func linksLeft(_ name: String) -> Int {
    var status = stat()
    guard content(name).withPlatformString({ lstat($0, &status) }) == 0 else { return 0 }
    return max(0, Int(status.st_nlink) - 1)
  }

  private func move(
    _ path: FilePath, _ file: FileDescriptor, _ status: stat, to name: String, sha256: [UInt8]
  ) throws(QuarantineError) {
    let passing = folder.appending(".\(name).moving")
    let result = path.withPlatformString { path in
      passing.withPlatformString { renameat(AT_FDCWD, path, AT_FDCWD, $0) }
    }
    if result != 0 {
      guard errno == EXDEV else { throw QuarantineError(errno, "it cannot be moved") }
      return try copy(file, status, from: path, to: name, sha256: sha256)
    }
    guard Self.isSame(passing, status) else {
      // Somebody has put another file into its place just now.
      _ = passing.withPlatformString { passing in
        path.withPlatformString { renameat(AT_FDCWD, passing, AT_FDCWD, $0) }
      }
      throw QuarantineError(.changed, "another file has taken its place")
    }
    giveToOwner(file)
    try rename(passing, to: content(name))
    Self.sync(path.removingLastComponent())
  }

  private func copy(
    _ file: FileDescriptor, _ status: stat, from path: FilePath, to name: String, sha256: [UInt8]
  ) throws(QuarantineError) {
    do {
      let new = try NewFile(in: folder)
      var digest = SHA256()
      try Self.forEachPiece(of: file) { piece in
        digest.update(bufferPointer: piece)
        try new.file.writeAll(piece)
      }
      guard Array(digest.finalize()) == sha256, Self.digest(of: new.file) == sha256 else {
        throw QuarantineError(.changed, "it has changed while it was copied")
      }
      giveToOwner(new.file)
      _ = content(name).withPlatformString { unlink($0) }
      try new.name(content(name))
    } catch let error as QuarantineError {
      throw error
    } catch {
      throw QuarantineError(.failed, "it cannot be copied: \(error)")
    }
    Self.sync(folder)
    try Self.remove(path, ifStill: status)
  }

  /// Removes a file's name if it still leads to the file that was examined.
  private static func remove(_ path: FilePath, ifStill status: stat) throws(QuarantineError) {
    guard isSame(path, status) else {
      throw QuarantineError(.changed, "another file has taken its place")
    }
    guard path.withPlatformString({ unlink($0) }) == 0 else {
      throw QuarantineError(errno, "a copy is in quarantine, but it cannot be removed")
    }
    sync(path.removingLastComponent())
  }

  private static func isSame(_ path: FilePath, _ status: stat) -> Bool {
    var now = stat()
    return path.withPlatformString { lstat($0, &now) } == 0 && now.st_dev == status.st_dev
      && now.st_ino == status.st_ino
  }

  // MARK: Digests

  static func digest(ofFileAt path: FilePath) -> [UInt8]? {
    guard let file = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .noFollow])
    else { return nil }
    defer { try? file.close() }
    return digest(of: file)
  }

  /// SHA-256 of a file's bytes; `nil` when they cannot be read.
  static func digest(of file: FileDescriptor) -> [UInt8]? {
    var digest = SHA256()
    do {
      try forEachPiece(of: file) { digest.update(bufferPointer: $0) }
    } catch {
      return nil
    }
    return Array(digest.finalize())
  }

  static func forEachPiece(
    of file: FileDescriptor, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    var offset: Int64 = 0
    while true {
      let count = try buffer.withUnsafeMutableBytes { buffer in
        let count = try file.read(fromAbsoluteOffset: offset, into: buffer)
        if count > 0 { try body(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
        return count
      }
      guard count > 0 else { return }
      offset += Int64(count)
    }
  }
}
