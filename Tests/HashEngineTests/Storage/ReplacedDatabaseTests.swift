import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

/// A database that is moved away, copied back, restored or removed while a process has it open.
@Suite struct ReplacedDatabaseTests {
  private let folder: TemporaryFolder
  private var path: FilePath { folder.path("db") }
  private let files = FileManager.default

  init() throws { folder = try TemporaryFolder() }

  private func made(_ list: String) throws -> ListStore {
    let store = try ListStore(at: path, creates: true)
    try store.create(list)
    return store
  }

  private func storageCode(_ body: () throws(ListError) -> Void) -> StorageError.Code? {
    do throws(ListError) {
      try body()
      return nil
    } catch {
      return error.storage?.code
    }
  }

  enum Way: String, CaseIterable {
    case folderMovedAndCopiedBack, fileMovedAndCopiedBack, fileRenamedOver, folderRemoved
    case fileRemoved, lockRemoved
  }

  /// What a process has open and is no longer at the path is neither read nor written.
  @Test(arguments: Way.allCases)
  func itIsNoticed(_ way: Way) throws {
    let store = try made("before")
    #expect(store.isInPlace)
    let data = path.appending("data.mdb").string
    switch way {
    case .folderMovedAndCopiedBack:
      try files.moveItem(atPath: path.string, toPath: path.string + ".old")
      try files.copyItem(atPath: path.string + ".old", toPath: path.string)
    case .fileMovedAndCopiedBack:
      try files.moveItem(atPath: data, toPath: data + ".old")
      try files.copyItem(atPath: data + ".old", toPath: data)
    case .fileRenamedOver:
      try files.copyItem(atPath: data, toPath: data + ".new")
      #expect(rename(data + ".new", data) == 0)
    case .folderRemoved: try files.removeItem(atPath: path.string)
    case .fileRemoved: try files.removeItem(atPath: data)
    case .lockRemoved: try files.removeItem(atPath: path.appending("lock.mdb").string)
    }
    #expect(!store.isInPlace)
    #expect(storageCode { () throws(ListError) in _ = try store.lists() } == .replaced)
    #expect(storageCode { () throws(ListError) in try store.create("after") } == .replaced)
  }

  @Test func aBackupIsADatabase() throws {
    let store = try made("before")
    try store.backUp(to: folder.path("copy"))
    try store.create("after")
    let copy = try ListStore(at: folder.path("copy"))
    #expect(try copy.lists().map(\.name) == ["before"])
    #expect(try copy.verifyJournal().problems.isEmpty)
    #expect(
      storageCode { () throws(ListError) in try store.backUp(to: folder.path("copy")) }
        == .notADatabase)
    let mode = try files.attributesOfItem(atPath: folder.path("copy").string)[.posixPermissions]
    #expect(mode as? Int == 0o700)
    #expect(!files.fileExists(atPath: folder.path("copy").string + ".unfinished"))
  }

  @Test func aRestoreTakesEffectAndKeepsWhatWasThere() throws {
    var store: ListStore? = try made("before")
    try store?.backUp(to: folder.path("copy"))
    try store?.create("after")
    let restored = try ListStore.restore(folder.path("copy"), to: path)
    #expect(restored.lists == 1)
    // Whoever has the old one open notices, and opens the new one.
    #expect(
      store.map { store in storageCode { () throws(ListError) in _ = try store.lists() } }
        == .replaced)
    let new = try ListStore(at: path)
    store = nil
    #expect(try new.lists().map(\.name) == ["before"])
    #expect(try new.verifyJournal().problems.isEmpty)
    var actions: [Receipt.Action] = []
    try new.forEachJournalLine { actions.append($0.action) }
    #expect(actions == [.create, .restore])
    try new.create("later")
    let kept = try ListStore(at: try #require(restored.kept))
    #expect(try kept.lists().map(\.name) == ["after", "before"])
    // The backup itself is as it was.
    #expect(!files.fileExists(atPath: folder.path("copy").appending("lock.mdb").string))
  }

  @Test func aRestoreMakesADatabaseWhereThereIsNone() throws {
    try made("before").backUp(to: folder.path("copy"))
    let place = folder.path("deep/er")
    #expect(try ListStore.restore(folder.path("copy"), to: place).kept == nil)
    #expect(try ListStore(at: place).lists().map(\.name) == ["before"])
  }

  @Test func whatIsNoBackupIsNotRestored() throws {
    let store = try made("before")
    try folder.write("text", to: "no/data.mdb")
    for name in ["no", "nothing"] {
      #expect(throws: ListError.self) { try ListStore.restore(folder.path(name), to: path) }
      #expect(store.isInPlace)
    }
    #expect(try store.lists().map(\.name) == ["before"])
    #expect(!files.fileExists(atPath: path.appending("restoring").string))
  }

  @Test func aDamagedBackupIsNotRestored() throws {
    let store = try made("before")
    try store.backUp(to: folder.path("copy"))
    do {
      // A journal that lacks its first line.
      let copy = try ListStore(at: folder.path("copy"))
      try copy.create("more")
      let writer = try copy.beginWriting()
      try removeFirstLine(of: writer)
      try writer.commit()
    }
    let error = #expect(throws: ListError.self) {
      try ListStore.restore(folder.path("copy"), to: path)
    }
    #expect(error?.code == .damagedBackup)
    #expect(store.isInPlace)
    #expect(try store.lists().map(\.name) == ["before"])
  }

  private func removeFirstLine(of lists: borrowing ListWriter) throws {
    try lists.journal.remove(1)
  }

  /// Readers that come and go meanwhile see the one or the other, and nothing else.
  @Test func restoresUnderReaders() throws {
    try made("before").backUp(to: folder.path("copy"))
    let path = path
    let copy = folder.path("copy")
    let reader = JoinableThread {
      var store = try? ListStore(at: path)
      for _ in 0..<300 {
        guard let open = store else {
          store = try? ListStore(at: path)
          continue
        }
        if (try? open.lists()) == nil { store = nil }
      }
    }
    reader.start()
    for _ in 0..<5 {
      _ = try ListStore.restore(
        copy, to: path, by: Author(now: Timestamp(seconds: .random(in: 1...1_000_000_000))))
    }
    reader.join()
    let store = try ListStore(at: path)
    #expect(try store.lists().map(\.name) == ["before"])
    #expect(try store.verifyJournal().problems.isEmpty)
  }

  @Test func filesAreTheServicesAlone() throws {
    _ = try made("l")
    for (name, mode) in [("", 0o700), ("data.mdb", 0o600), ("lock.mdb", 0o600)] {
      let found = try files.attributesOfItem(atPath: path.appending(name).string)[.posixPermissions]
      #expect(found as? Int == mode)
    }
  }
}
