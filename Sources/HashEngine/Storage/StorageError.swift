internal import CLMDB

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Why the database could not be opened, read or written. The call that threw it changed nothing.
public struct StorageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, as a stable name.
  public enum Code: String, Sendable, Hashable {
    /// There is nothing at the path.
    case missing
    /// There is something else at the path.
    case notADatabase = "not-a-database"
    /// Written by a newer version of this software.
    case newerFormat = "newer-format"
    /// Written by an older version whose layout is no longer read.
    case olderFormat = "older-format"
    /// This process has it open already; LMDB cannot share its locks between two openings.
    case alreadyOpen = "already-open"
    /// No permission, or a read-only place.
    case notPermitted = "not-permitted"
    /// The files that were opened are no longer those at the path: removed, replaced, or restored.
    case replaced
    /// No room: on the disk, or in the map.
    case full
    /// The pages contradict each other.
    case damaged
    /// Anything else that LMDB or the system said.
    case failed
  }

  /// What is wrong, for programs.
  public let code: Code
  /// A sentence for people that names the database.
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  /// - Parameter result: What an LMDB call returned, an `MDB_` constant or an `errno`.
  init(lmdb result: CInt, path: String) {
    let text = mdb_strerror(result).map { String(cString: $0) } ?? "error \(result)"
    switch result {
    case MDB_INVALID:
      self.init(.notADatabase, "\(path): not a database")
    case MDB_VERSION_MISMATCH:
      self.init(.newerFormat, "\(path): written by another version of LMDB")
    case MDB_MAP_FULL:
      self.init(.full, "\(path): the database is full (its map is used up)")
    case MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_PANIC:
      self.init(.damaged, "\(path): the database is damaged (\(text))")
    case ENOSPC, EDQUOT, EFBIG:
      self.init(.full, "\(path): no room left (\(text))")
    case EIO:
      // LMDB reports a short write, as on a full disk, by this code.
      self.init(.full, "\(path): the disk is full or failing (\(text))")
    case EACCES, EPERM, EROFS:
      self.init(.notPermitted, "\(path): \(text)")
    case ENOMEM:
      self.init(
        .failed,
        "\(path): cannot be mapped into memory (\(text)); is the address space limited (ulimit -v)?"
      )
    case ENOENT:
      self.init(.missing, "\(path): no such database")
    default:
      self.init(.failed, "\(path): \(text)")
    }
  }
}
