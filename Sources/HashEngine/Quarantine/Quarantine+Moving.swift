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
  ///   - place: The same as a path from the root on, to bring it back to.
  ///   - sha256: The SHA-256 of the bytes that were examined.
  ///   - examination: Why.
  ///   - now: The time that is noted.
  /// - Returns: Its name in quarantine.
  /// - Throws: ``QuarantineError`` `changed`, `failed`; the file is where it was then.
  public func take(
    _ path: FilePath, from place: FilePath? = nil, sha256: [UInt8], _ examination: Examination,
    at now: Timestamp = .now
  ) throws(QuarantineError) -> String {
    let file: FileDescriptor
    do {
      file = try .open(path, .readOnly, options: [.nonBlocking, .closeOnExec, .noFollow])
    } catch {
      switch error as? Errno {
      case .noSuchFileOrDirectory: throw QuarantineError(.changed, "it is gone")
      case .tooManySymbolicLinkLevels: throw QuarantineError(.changed, "it is a link by now")
      default: throw QuarantineError(.failed, "it cannot be opened: \(error)")
      }
    }
    defer { try? file.close() }
    var status = stat()
    guard fstat(file.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      Self.digest(of: file) == sha256
    else { throw QuarantineError(.changed, "it has changed since it was examined") }
    let name = name(of: sha256)
    guard !isQuarantined(path, name) else {
      throw QuarantineError(.failed, "it lies in a quarantine already")
    }
    try locked { () throws(QuarantineError) in
      let before = self.file(named: name)
      var record =
        before
        ?? QuarantinedFile(
          name: name, size: Int(status.st_size), places: [], matches: [], lists: [])
      record.add(
        QuarantinedFile.Place(
          place ?? path, at: now, mode: UInt32(status.st_mode) & 0o7777, uid: status.st_uid,
          gid: status.st_gid, changed: FileStamp(status)?.changed), examination)
      // Where it came from is on the disk before it is gone from there.
      try write(record)
      do throws(QuarantineError) {
        if isThere(record), Self.digest(ofFileAt: content(name)) == sha256 {
          try Self.remove(path, ifStill: status)
        } else {
          try move(path, file, status, to: name, sha256: sha256)
        }
      } catch {
        // It never left its place.
        if let before {
          try? write(before)
        } else if !isThere(record) {
          _ = side(name).withPlatformString { unlink($0) }
        }
        throw error
      }
    }
    return name
  }

  /// Whether a path is that of a file in a quarantine: it has that name, and its record lies beside it.
  private func isQuarantined(_ path: FilePath, _ name: String) -> Bool {
    path.lastComponent?.string == name
      && FileIdentity(path.removingLastComponent().appending("\(name).json")) != nil
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
      // Somebody has put another file into its place just now; it goes back, but not over what may have come meanwhile.
      let isBack = passing.withPlatformString { passing in
        path.withPlatformString { link(passing, $0) == 0 }
      }
      if isBack { _ = passing.withPlatformString { unlink($0) } }
      throw QuarantineError(
        .changed, "another file has taken its place" + (isBack ? "" : ", and is \(passing) now"))
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
      try file.forEachPiece { piece in
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

  /// Removes a file's name if it still leads to the file that was examined. It gets another name first: what has taken its
  /// place meanwhile would be removed in its stead.
  private static func remove(_ path: FilePath, ifStill status: stat) throws(QuarantineError) {
    let folder = path.removingLastComponent()
    let passing = folder.appending(".hashscan-\(getpid())-\(UInt32.random(in: 0 ... .max))")
    let result = path.withPlatformString { path in
      passing.withPlatformString { renameat(AT_FDCWD, path, AT_FDCWD, $0) }
    }
    guard result == 0 else {
      throw QuarantineError(errno, "a copy is in quarantine, but it cannot be removed")
    }
    guard isSame(passing, status) else {
      // Not over what may have come meanwhile.
      let isBack = passing.withPlatformString { passing in
        path.withPlatformString { link(passing, $0) == 0 }
      }
      if isBack { _ = passing.withPlatformString { unlink($0) } }
      throw QuarantineError(
        .changed, "another file has taken its place" + (isBack ? "" : ", and is \(passing) now"))
    }
    guard passing.withPlatformString({ unlink($0) }) == 0 else {
      throw QuarantineError(errno, "a copy is in quarantine, but it cannot be removed")
    }
    sync(folder)
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
    try? file.sha256()
  }
}
