internal import Crypto
public import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// A folder with files that were taken out of sight. Only its owner may enter it; each file is named by an HMAC of its
/// SHA-256, so that the names say nothing to strangers, and has a JSON file of the same name beside it.
///
/// Nothing is lost on the way: a file is in its old place until it is complete in the new one.
public struct Quarantine: Sendable {
  /// Where it is.
  public let folder: FilePath
  let key: InstallationKey
  let owner: (uid: uid_t, gid: gid_t)

  /// - Parameters:
  ///   - folder: Where it is.
  ///   - key: That of the installation, which names the files.
  ///   - creates: Makes the folder if there is none.
  /// - Throws: ``QuarantineError`` `unfit-folder`, `failed`.
  public init(
    at folder: FilePath, key: InstallationKey, creates: Bool
  ) throws(QuarantineError) {
    if creates, folder.withPlatformString({ mkdir($0, 0o700) }) != 0, errno != EEXIST {
      throw QuarantineError(errno, "\(folder): cannot be made")
    }
    var status = stat()
    guard folder.withPlatformString({ stat($0, &status) }) == 0 else {
      throw QuarantineError(.unfitFolder, "\(folder): \(Errno(rawValue: errno))")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw QuarantineError(.unfitFolder, "\(folder): not a folder")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw QuarantineError(
        .unfitFolder, "\(folder): others than its owner may enter it; chmod 700 ends that")
    }
    self.folder = folder
    self.key = key
    owner = (status.st_uid, status.st_gid)
  }

  /// All that is in it, the latest last. What has no record of where it came from has no places.
  ///
  /// - Throws: ``QuarantineError`` `failed`.
  public func files() throws(QuarantineError) -> [QuarantinedFile] {
    try locked { () throws(QuarantineError) in
      try names().map { file(named: $0) ?? withoutRecord($0) }.sorted {
        ($0.takenAt.seconds, $0.name) < ($1.takenAt.seconds, $1.name)
      }
    }
  }

  private func withoutRecord(_ name: String) -> QuarantinedFile {
    var status = stat()
    _ = content(name).withPlatformString { lstat($0, &status) }
    return QuarantinedFile(
      name: name, size: Int(status.st_size), places: [], matches: [], lists: [])
  }

  /// Runs `body` while no other process changes the quarantine, after what one has left half done was brought to its end.
  func locked<Result>(
    _ body: () throws(QuarantineError) -> Result
  ) throws(QuarantineError) -> Result {
    let open: FileDescriptor
    do {
      open = try .open(folder, .readOnly, options: [.directory, .closeOnExec])
    } catch {
      throw QuarantineError(.failed, "\(folder): \(error)")
    }
    defer { try? open.close() }
    while flock(open.rawValue, LOCK_EX) != 0 {
      guard errno == EINTR else { throw QuarantineError(errno, "\(folder): cannot be locked") }
    }
    finishMoves()
    return try body()
  }

  /// Gives files their names whose move was interrupted.
  private func finishMoves() {
    for entry in (try? entries()) ?? [] where entry.hasSuffix(".moving") && entry.hasPrefix(".") {
      let name = String(entry.dropFirst().dropLast(7))
      let passing = folder.appending(entry)
      guard Self.isName(name), let digest = Self.digest(ofFileAt: passing),
        self.name(of: digest) == name
      else { continue }
      try? rename(passing, to: content(name))
    }
  }

  /// The names of all files in it, with and without a record.
  private func names() throws(QuarantineError) -> Set<String> {
    Set(
      try entries().map { $0.hasSuffix(".json") ? String($0.dropLast(5)) : $0 }
        .filter { Self.isName($0) })
  }

  private func entries() throws(QuarantineError) -> [String] {
    guard let directory = folder.withPlatformString({ opendir($0) }) else {
      throw QuarantineError(errno, "\(folder): cannot be read")
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) { name in
          name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names
  }

  /// The file whose name begins so.
  ///
  /// - Throws: ``QuarantineError`` `unknown` if there is none, or more than one.
  public func file(beginning prefix: String) throws(QuarantineError) -> QuarantinedFile {
    let found = try files().filter { !prefix.isEmpty && $0.name.hasPrefix(prefix) }
    guard let file = found.first else {
      throw QuarantineError(.unknown, "no file named \(prefix) in quarantine")
    }
    guard found.count == 1 else {
      throw QuarantineError(
        .unknown, "\(found.count) files in quarantine have names that begin with \(prefix)")
    }
    return file
  }

  /// Whether the bytes of a file are there; not so if it was interrupted before they were moved.
  public func isThere(_ file: QuarantinedFile) -> Bool { FileIdentity(content(file.name)) != nil }

  /// Deletes files that were taken before some time, for good.
  ///
  /// - Parameters:
  ///   - time: Those that were taken later stay.
  ///   - isDryRun: Whether only to say which.
  /// - Returns: Those that were deleted.
  /// - Throws: ``QuarantineError`` `failed`.
  public func purge(
    before time: Timestamp, isDryRun: Bool
  ) throws(QuarantineError) -> [QuarantinedFile] {
    // What nobody knows the age of stays.
    let old = try files().filter { !$0.places.isEmpty && $0.takenAt.seconds < time.seconds }
    for file in old where !isDryRun {
      try locked { () throws(QuarantineError) in
        // It may have been taken from another place just now.
        let latest = self.file(named: file.name)?.takenAt ?? file.takenAt
        if latest.seconds < time.seconds { try remove(file.name) }
      }
    }
    return old
  }

  // MARK: Files of its own

  func content(_ name: String) -> FilePath { folder.appending(name) }
  func side(_ name: String) -> FilePath { folder.appending("\(name).json") }

  private static func isName(_ name: some StringProtocol) -> Bool {
    name.utf8.count == 32 && name.utf8.allSatisfy { hexValue($0) != nil }
  }

  /// The record of a file; `nil` when there is none that can be read.
  func file(named name: String) -> QuarantinedFile? {
    guard
      let file = try? FileDescriptor.open(
        side(name), .readOnly, options: [.closeOnExec, .noFollow])
    else { return nil }
    defer { try? file.close() }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while let count = try? piece.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
      bytes += piece[..<count]
    }
    guard let known = JSONText.decode(QuarantinedFile.self, bytes.span.bytes), known.name == name
    else { return nil }
    return known
  }

  /// Writes what is known of a file, complete or not at all.
  func write(_ file: QuarantinedFile) throws(QuarantineError) {
    let temporary = folder.appending(".\(file.name).\(getpid()).json")
    do {
      let text = try JSONText.encode(file) + [UInt8(ascii: "\n")]
      let new = try FileDescriptor.open(
        temporary, .writeOnly, options: [.create, .truncate, .closeOnExec, .noFollow],
        permissions: .ownerReadWrite)
      try new.closeAfter {
        try new.writeAll(text)
        giveToOwner(new)
        guard fsync(new.rawValue) == 0 else { throw Errno(rawValue: errno) }
      }
    } catch {
      _ = temporary.withPlatformString { unlink($0) }
      throw QuarantineError(.failed, "\(side(file.name)): cannot be written: \(error)")
    }
    try rename(temporary, to: side(file.name))
  }

  func giveToOwner(_ file: FileDescriptor) {
    fchmod(file.rawValue, 0o600)
    if geteuid() == 0 { fchown(file.rawValue, owner.uid, owner.gid) }
  }

  func rename(_ old: FilePath, to new: FilePath) throws(QuarantineError) {
    let result = old.withPlatformString { old in
      new.withPlatformString { new in Self.systemRename(old, new) }
    }
    guard result == 0 else { throw QuarantineError(errno, "\(new): cannot be written") }
    Self.sync(folder)
  }

  private static func systemRename(
    _ old: UnsafePointer<CChar>, _ new: UnsafePointer<CChar>
  ) -> CInt {
    #if canImport(Glibc)
      Glibc.rename(old, new)
    #else
      Musl.rename(old, new)
    #endif
  }

  /// Has the names in a folder written to the disk.
  static func sync(_ folder: FilePath) {
    guard let open = try? FileDescriptor.open(folder, .readOnly, options: .closeOnExec) else {
      return
    }
    fsync(open.rawValue)
    try? open.close()
  }

  func remove(_ name: String) throws(QuarantineError) {
    // The bytes first: what is left without them is known to be gone.
    for path in [content(name), side(name)] {
      guard path.withPlatformString({ unlink($0) }) == 0 || errno == ENOENT else {
        throw QuarantineError(errno, "\(path): cannot be deleted")
      }
    }
    Self.sync(folder)
  }
}
