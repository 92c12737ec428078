import HashEngine
import Synchronization
import SystemPackage

/// The lists' database, opened anew when another one has taken its place: after a restore, or when it was moved away and
/// copied back. What is no longer at the path is never asked.
final class OpenLists: Sendable {
  private let folder: FilePath
  private let open: Mutex<ListStore?>

  /// - Throws: ``StorageError``.
  init(_ folder: FilePath) throws(StorageError) {
    self.folder = folder
    open = Mutex(try ListStore(at: folder, creates: true))
  }

  /// One that is open already.
  init(_ store: ListStore, at folder: FilePath) {
    self.folder = folder
    open = Mutex(store)
  }

  /// The database that is at the path now.
  ///
  /// - Throws: ``StorageError`` when there is none, or requests on the one before are still under way, which share its
  ///   locks.
  func current() throws(StorageError) -> ListStore {
    try open.withLock { open throws(StorageError) in
      if let open, open.isInPlace { return open }
      // Closed as soon as the requests that use it are answered.
      open = nil
      let store = try ListStore(at: folder)
      open = store
      return store
    }
  }
}
