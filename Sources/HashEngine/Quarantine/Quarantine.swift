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

  /// All that is in it, the latest last.
  ///
  /// - Throws: ``QuarantineError`` `failed`.
  public func files() throws(QuarantineError) -> [QuarantinedFile] {
    guard let directory = folder.withPlatformString({ opendir($0) }) else {
      throw QuarantineError(errno, "\(folder): cannot be read")
    }
    defer { closedir(directory) }
    var files: [QuarantinedFile] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.hasSuffix(".json"), Self.isName(name.dropLast(5)) else { continue }
      if let file = try file(named: String(name.dropLast(5))) { files.append(file) }
    }
    return files.sorted { ($0.takenAt.seconds, $0.name) < ($1.takenAt.seconds, $1.name) }
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
  /// - Parameter isDryRun: Whether only to say which.
  /// - Returns: Those that were deleted.
  /// - Throws: ``QuarantineError`` `failed`.
  public func purge(
    before time: Timestamp, isDryRun: Bool
  ) throws(QuarantineError) -> [QuarantinedFile] {
    let old = try files().filter { $0.takenAt.seconds < time.seconds }
    for file in old where !isDryRun { try remove(file.name) }
    return old
  }

  // MARK: Files of its own

  func content(_ name: String) -> FilePath { folder.appending(name) }
  func side(_ name: String) -> FilePath { folder.appending("\(name).json") }

  private static func isName(_ name: some StringProtocol) -> Bool {
    name.utf8.count == 32 && name.utf8.allSatisfy { hexValue($0) != nil }
  }

  func file(named name: String) throws(QuarantineError) -> QuarantinedFile? {
    guard let file = try? FileDescriptor.open(side(name), .readOnly, options: [.closeOnExec, .noFollow])
    else { return nil }
    defer { try? file.close() }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while let count = try? piece.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
      bytes += piece[..<count]
    }
    guard let known = JSONText.decode(QuarantinedFile.self, bytes.span.bytes), known.name == name
    else { throw QuarantineError(.failed, "\(side(name)): cannot be read") }
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
    guard let open = try? FileDescriptor.open(folder, .readOnly, options: .closeOnExec) else { return }
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
