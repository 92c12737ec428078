internal import CLMDB
internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

extension Environment {
  /// Writes a copy of the newest committed state into a new folder, without the pages that are free, and its digest
  /// beside it. Readers and writers go on meanwhile; what they commit is not in it.
  ///
  /// The folder is complete or not there.
  ///
  /// - Parameter adding: Puts more into the folder before it gets its name.
  /// - Throws: ``StorageError`` when something is at the path already, or there is no room; also what `adding` throws.
  func copy(
    to folder: FilePath, adding: (FilePath) throws(StorageError) -> Void = { _ in }
  ) throws(StorageError) {
    guard FileIdentity(folder) == nil else { throw StorageError(making: folder, EEXIST) }
    let parent = folder.removingLastComponent()
    let file = try NewFile(in: parent.isEmpty ? "." : parent)
    try copy(to: file)
    try EnvironmentFiles.make(
      folder, data: file, digest: EnvironmentFiles.digest(of: file.file), adding: adding)
  }

  /// Writes a copy of the newest committed state into a file.
  func copy(to file: NewFile) throws(StorageError) {
    // The map of this process may be too small for what others have committed; a transaction sees to that.
    let reading = try ReadTransaction(self)
    defer { _ = reading.handle }
    let descriptor = file.file.rawValue
    var result = mdb_env_copyfd2(handle, descriptor, UInt32(MDB_CP_COMPACT))
    if result == MDB_INCOMPATIBLE {
      // Pages that a crash left behind, free but not listed as free, cannot be left out.
      guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
        throw StorageError(lmdb: errno, path: path)
      }
      result = mdb_env_copyfd2(handle, descriptor, 0)
    }
    guard result == MDB_SUCCESS else {
      throw StorageError(lmdb: result, path: "a copy of \(path)")
    }
  }
}

extension EnvironmentFiles {
  /// The file with the digest of a copy, as `sha256sum` writes and checks it.
  static func digest(in folder: FilePath) -> FilePath { folder.appending("data.mdb.sha256") }

  /// Makes the folder of a copy, complete from the moment it is there.
  ///
  /// - Parameters:
  ///   - digest: See ``digest(of:)``; `nil` for none.
  ///   - adding: Puts more into the folder.
  static func make(
    _ folder: FilePath, data file: NewFile, digest: String?,
    adding: (FilePath) throws(StorageError) -> Void = { _ in }
  ) throws(StorageError) {
    let parent = folder.removingLastComponent()
    let unfinished = parent.appending(".hashscan-\(getpid())-\(UInt32.random(in: 0 ... .max))")
    guard unfinished.withPlatformString({ mkdir($0, 0o700) }) == 0 else {
      throw StorageError(making: folder, errno)
    }
    do throws(StorageError) {
      try file.name(data(in: unfinished))
      if let digest { try write("\(digest)  data.mdb\n", to: self.digest(in: unfinished)) }
      try adding(unfinished)
      // An empty folder of that name would be replaced, one with files not.
      guard FileIdentity(folder) == nil,
        unfinished.withPlatformString({ old in folder.withPlatformString { rename(old, $0) } }) == 0
      else { throw StorageError(making: folder, FileIdentity(folder) == nil ? errno : EEXIST) }
    } catch {
      try? remove(unfinished)
      throw error
    }
  }

  private static func write(_ text: String, to path: FilePath) throws(StorageError) {
    do {
      let file = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: .ownerReadWrite)
      try file.closeAfter { _ = try file.writeAll(text.utf8) }
    } catch {
      throw StorageError(making: path, (error as? Errno)?.rawValue ?? EIO)
    }
  }

  /// SHA-256 of a file's bytes, in hexadecimal.
  static func digest(of file: FileDescriptor) throws(StorageError) -> String {
    do {
      return hexText(try file.sha256())
    } catch {
      throw StorageError(lmdb: (error as? Errno)?.rawValue ?? EIO, path: "a copy")
    }
  }

  /// What speaks against a copy by its digest; `nil` when it is as it was made, or has no digest.
  static func digestProblem(of folder: FilePath) throws(StorageError) -> String? {
    guard let kept = try? FileDescriptor.open(digest(in: folder), .readOnly, options: .closeOnExec)
    else { return nil }
    defer { try? kept.close() }
    var stated = [UInt8](repeating: 0, count: 64)
    let count = try? stated.withUnsafeMutableBytes { try kept.read(into: $0) }
    let file: FileDescriptor
    do {
      file = try .open(data(in: folder), .readOnly, options: .closeOnExec)
    } catch {
      throw StorageError(lmdb: (error as? Errno)?.rawValue ?? EIO, path: folder.string)
    }
    defer { try? file.close() }
    let now = try digest(of: file)
    guard count == 64, String(decoding: stated, as: UTF8.self) == now else {
      return
        "data.mdb is not as it was when it was backed up; if you have changed it, remove data.mdb.sha256"
    }
    return nil
  }

  /// Copies a file's bytes as they are.
  static func copy(_ path: FilePath, to file: NewFile) throws(StorageError) {
    do {
      let source = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
      defer { try? source.close() }
      try source.forEachPiece { _ = try file.file.writeAll($0) }
    } catch {
      throw StorageError(lmdb: (error as? Errno)?.rawValue ?? EIO, path: "a copy of \(path)")
    }
  }

  /// Removes an environment's folder with its files, and nothing else: one that holds more stays.
  static func remove(_ folder: FilePath) throws(StorageError) {
    guard FileIdentity(folder) != nil else { return }
    empty(folder)
    guard folder.withPlatformString({ rmdir($0) }) == 0 else {
      throw StorageError(
        .failed, "\(folder): cannot be removed (\(Errno(rawValue: errno))); remove it by hand")
    }
  }

  /// Removes an environment's files from its folder.
  static func empty(_ folder: FilePath) {
    for file in [data(in: folder), lock(in: folder), digest(in: folder)] {
      _ = file.withPlatformString { unlink($0) }
    }
  }
}
