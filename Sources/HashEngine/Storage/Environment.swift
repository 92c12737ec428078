internal import CLMDB
internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// An LMDB environment in a folder of its own. One writer at a time, any number of readers, in any process;
/// what is committed survives any crash.
final class Environment: Sendable {
  struct Options: Sendable {
    /// Whether to make the environment where there is none.
    var creates = false
    /// Address space that the environment starts with, in bytes; it grows when half of it is used. By itself
    /// it costs neither memory nor disk space.
    var mapSize = 1 << 36
    /// How many readers there can be at once, in all processes together.
    var readers: UInt32 = 512
    /// Whether nothing in the folder is to be written, as in that of a backup.
    var isReadOnly = false
  }

  /// What this process does with the environment.
  struct Activity {
    /// Transactions that are under way.
    var running = 0
    /// Writers that wait until there are none, to enlarge the map.
    var waiting = 0
  }

  // LMDB's environment may be used from any thread; only `deinit` closes it.
  nonisolated(unsafe) let handle: OpaquePointer
  let folder: FilePath
  /// The folder's path, for messages.
  let path: String
  /// The transactions of this process.
  let activity = Mutex(Activity())
  /// How often the map was changed. While this stays the same, committed pages stay at their addresses.
  let mapChanges = Atomic(0)
  private let claim: EnvironmentClaim

  /// The files that are open, to tell when others have taken their place.
  private let files: EnvironmentFiles

  /// - Throws: ``StorageError`` for a path that holds something else.
  init(_ folder: FilePath, options: Options) throws(StorageError) {
    let path = folder.string
    try Self.prepare(folder, path: path, creates: options.creates)
    // A restore changes two files; nobody may open the one without the other.
    let gate = FolderGate(folder, .shared)
    defer { gate?.open() }
    if !options.isReadOnly { try EnvironmentFiles.makeLockFile(in: folder, path: path) }
    let lock = EnvironmentFiles.lock(in: folder)
    guard FileIdentity(folder) != nil else {
      throw StorageError(.missing, "\(path): no database here (a link that leads nowhere?)")
    }
    guard let claim = EnvironmentClaim(FileIdentity(lock) == nil ? folder : lock) else {
      throw StorageError(.alreadyOpen, "\(path): already open in this process")
    }
    do throws(StorageError) {
      handle = try Self.open(folder, path: path, options: options)
    } catch {
      claim.release()
      throw error
    }
    EnvironmentFiles.giveToOwner(of: folder)
    files = EnvironmentFiles(in: folder)
    self.folder = folder
    self.path = path
    self.claim = claim
  }

  /// Whether the files at the path are still those that are open; not so when the database was removed, moved away or
  /// restored.
  var isInPlace: Bool { files.areInPlace }

  /// The error for files that are no longer in their place.
  var replacedError: StorageError {
    StorageError(
      .replaced,
      "\(path): the database was \(files.areThere ? "replaced" : "removed") while it was in use")
  }

  /// Bytes that are free on the disk, for users without privileges; `nil` when the system does not say.
  var freeBytes: Int? {
    var status = statvfs()
    guard path.withCString({ statvfs($0, &status) }) == 0 else { return nil }
    return Int(
      clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        .partialValue)
  }

  /// Whether nothing at all can be written there.
  var isOnReadOnlyDisk: Bool {
    var status = statvfs()
    return path.withCString({ statvfs($0, &status) }) == 0
      && status.f_flag & UInt(ST_RDONLY) != 0
  }

  deinit {
    mdb_env_close(handle)
    claim.release()
  }

  /// Refuses everything but an absent or empty folder (when creating) and a folder with a database.
  ///
  /// - Parameter isShared: Whether the folder may hold other files, and no database yet.
  static func prepare(
    _ folder: FilePath, path: String, creates: Bool, isShared: Bool = false
  ) throws(StorageError) {
    var status = stat()
    let data = folder.appending("data.mdb")
    if folder.withPlatformString({ stat($0, &status) }) != 0 {
      guard errno == ENOENT else { throw StorageError(lmdb: errno, path: path) }
      guard creates else { throw StorageError(.missing, "\(path): no database here") }
      try makeFolders(folder, path: path)
      return
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw StorageError(.notADatabase, "\(path): not a database (a database is a folder)")
    }
    if data.withPlatformString({ stat($0, &status) }) == 0 {
      guard status.st_size > 0 || creates else {
        throw StorageError(.notADatabase, "\(path): not a database (data.mdb is empty)")
      }
      return
    }
    guard errno == ENOENT else { throw StorageError(lmdb: errno, path: path) }
    guard creates else { throw StorageError(.missing, "\(path): no database here") }
    guard isShared || isEmpty(folder) else {
      throw StorageError(.notADatabase, "\(path): a folder with other files, not a database")
    }
  }

  private static func makeFolders(_ folder: FilePath, path: String) throws(StorageError) {
    var made = FilePath(root: folder.root)
    for component in folder.components {
      made.append(component)
      // Lists are licensed and sensitive: only the owner has access.
      if made.withPlatformString({ mkdir($0, 0o700) }) != 0, errno != EEXIST {
        throw StorageError(lmdb: errno, path: path)
      }
    }
    guard geteuid() == 0, folder == DatabaseLocation.system,
      let service = DatabaseLocation.serviceIdentity
    else { return }
    _ = folder.withPlatformString { lchown($0, service.user, service.group) }
  }

  /// Refuses a file that was cut off: whoever reads past its end in memory is ended by the system.
  private static func checkSize(
    _ handle: OpaquePointer, _ folder: FilePath, path: String
  ) throws(StorageError) {
    var (info, page, status) = (MDB_envinfo(), MDB_stat(), stat())
    guard mdb_env_info(handle, &info) == MDB_SUCCESS, mdb_env_stat(handle, &page) == MDB_SUCCESS,
      EnvironmentFiles.data(in: folder).withPlatformString({ stat($0, &status) }) == 0
    else { return }
    let (needed, isTooLarge) = (info.me_last_pgno + 1).multipliedReportingOverflow(
      by: Int(page.ms_psize))
    guard isTooLarge || needed > Int(status.st_size) else { return }
    throw StorageError(
      .damaged,
      "\(path): the database is cut off: data.mdb has \(status.st_size) of \(needed) bytes; restore a backup"
    )
  }

  private static func isEmpty(_ folder: FilePath) -> Bool {
    guard let directory = folder.withPlatformString({ opendir($0) }) else { return false }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      // What a new file system has, and what a database leaves behind whose file is gone.
      let isOurs = [".", "..", "lost+found", "lock.mdb", "restoring", "ledger"].contains(name)
      guard isOurs || name.hasPrefix("before-") else { return false }
    }
    return true
  }

  private static func open(
    _ folder: FilePath, path: String, options: Options
  ) throws(StorageError) -> OpaquePointer {
    // Read transactions are tied to their handle, not to a thread: tasks move between threads.
    let flags = UInt32(MDB_NOTLS)
    if options.isReadOnly {
      // One that is in use has a lock file, and its writers must see this reader. That of a backup is not made.
      let hasLock = FileIdentity(EnvironmentFiles.lock(in: folder)) != nil
      return try open(
        folder, path: path, options: options,
        flags: flags | UInt32(MDB_RDONLY) | (hasLock ? 0 : UInt32(MDB_NOLOCK)))
    }
    do {
      return try open(folder, path: path, options: options, flags: flags)
    } catch  where error.code == .notPermitted && !options.creates {
      // Readers can do without write permission to the data; on a read-only disk also without the lock file.
      do {
        return try open(folder, path: path, options: options, flags: flags | UInt32(MDB_RDONLY))
      } catch  where error.code == .notPermitted {
        throw StorageError(
          .notPermitted,
          "\(path): no permission (even readers must be able to write to its lock.mdb)")
      }
    }
  }

  private static func open(
    _ folder: FilePath, path: String, options: Options, flags: UInt32
  ) throws(StorageError) -> OpaquePointer {
    var handle: OpaquePointer?
    var result = mdb_env_create(&handle)
    guard result == MDB_SUCCESS, let handle else { throw StorageError(lmdb: result, path: path) }
    mdb_env_set_maxdbs(handle, 32)
    mdb_env_set_maxreaders(handle, options.readers)
    result = mdb_env_set_mapsize(handle, options.mapSize)
    if result == MDB_SUCCESS {
      result = folder.withPlatformString { mdb_env_open(handle, $0, flags, 0o600) }
    }
    guard result == MDB_SUCCESS else {
      mdb_env_close(handle)
      throw StorageError(lmdb: result, path: path)
    }
    do throws(StorageError) {
      try checkSize(handle, folder, path: path)
    } catch {
      mdb_env_close(handle)
      throw error
    }
    // Slots that killed readers left behind would keep old pages from being used again.
    if !options.isReadOnly { mdb_reader_check(handle, nil) }
    return handle
  }
}
