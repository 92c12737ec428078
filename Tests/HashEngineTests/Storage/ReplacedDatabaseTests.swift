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
    // As sha256sum would write it.
    let digest = String(
      decoding: try TestFiles.bytes(of: folder.path("copy/data.mdb.sha256")), as: UTF8.self)
    #expect(digest.wholeMatch(of: /[0-9a-f]{64}  data\.mdb\n/) != nil)
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
    for name in ["no", "nothing", ""] {
      #expect(throws: ListError.self) { try ListStore.restore(folder.path(name), to: path) }
      #expect(store.isInPlace)
    }
    #expect(try store.lists().map(\.name) == ["before"])
    #expect(!files.fileExists(atPath: path.appending("restoring").string))
  }

  @Test func aDamagedBackupIsNotRestored() throws {
    let store = try made("before")
    try store.backUp(to: folder.path("copy"))
    // Made by other means than a backup, it has no digest.
    try files.removeItem(atPath: folder.path("copy/data.mdb.sha256").string)
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

  /// A hash that has changed on the disk is found, wherever it stands: in its entry, among those that lead to it, in the
  /// index, or in a backup.
  @Test func changedBytesAreFound() throws {
    let store = try made("l")
    let hash = PDQHash(
      words: SIMD4(
        0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210, 0x0f1e_2d3c_4b5a_6978, 0x1122_3344_5566_7788))
    let csv = try folder.write("id,pdq\na,\(hash)\n", to: "list.csv")
    let file = try FileDescriptor.open(csv, .readOnly)
    defer { try? file.close() }
    _ = try store.importList(file, into: "l")
    try store.backUp(to: folder.path("copy"))
    #expect(try store.problems().isEmpty)
    #expect(try ListStore(at: folder.path("copy")).problems().isEmpty)
    let bytes = try TestFiles.bytes(of: folder.path("copy/data.mdb"))
    // Words lie in the order of the machine.
    let pattern = withUnsafeBytes(of: hash.words[0]) { Array($0) }
    var places: [Int] = []
    for place in 0..<bytes.count - 8 where Array(bytes[place..<place + 8]) == pattern {
      places.append(place)
    }
    let reversed = Array(pattern.reversed())
    for place in 0..<bytes.count - 8 where Array(bytes[place..<place + 8]) == reversed {
      places.append(place)
    }
    #expect(places.count >= 2)
    for (number, place) in places.enumerated() {
      var changed = bytes
      changed[place] ^= 0xff
      // Without the digest, so that the parts themselves must show it.
      try folder.write(changed, to: "changed-\(number)/data.mdb")
      let found = try? ListStore(at: folder.path("changed-\(number)")).problems()
      #expect(found?.isEmpty != true, "\(place)")
      #expect(throws: ListError.self) {
        try ListStore.restore(folder.path("changed-\(number)"), to: path)
      }
    }
    // With it, any byte.
    var changed = bytes
    changed[bytes.count - 1] ^= 1
    try folder.write(changed, to: "copy/data.mdb")
    #expect(throws: ListError.self) { try ListStore.restore(folder.path("copy"), to: path) }
    #expect(store.isInPlace)
  }

  /// Half a file is told, and ends nothing.
  @Test func aFileThatIsCutOffIsTold() throws {
    try made("l").backUp(to: folder.path("copy"))
    let bytes = try TestFiles.bytes(of: folder.path("copy/data.mdb"))
    for count in stride(from: 0, to: bytes.count, by: 1024) {
      try folder.write(Array(bytes[..<count]), to: "half/data.mdb")
      try? files.removeItem(atPath: folder.path("half/lock.mdb").string)
      let error = #expect(throws: StorageError.self, "\(count)") {
        try ListStore(at: folder.path("half"))
      }
      #expect(
        error?.code == .damaged || error?.code == .notADatabase || error?.code == .failed
          || error?.code == .full)
      #expect(throws: ListError.self, "\(count)") {
        try ListStore.restore(folder.path("half"), to: path)
      }
    }
  }

  /// Each restore is of the backup that it names, however many begin at once; those that find another say so.
  @Test func restoresAtOnce() throws {
    try made("one").backUp(to: folder.path("c1"))
    try files.removeItem(atPath: path.string)
    try made("two").backUp(to: folder.path("c2"))
    let (path, copies) = (path, folder.path)
    let threads = (0..<6).map { number in
      JoinableThread {
        for _ in 0..<5 {
          _ = try? ListStore.restore(copies.appending(number % 2 == 0 ? "c1" : "c2"), to: path)
        }
      }
    }
    for thread in threads { thread.start() }
    for thread in threads { thread.join() }
    _ = try ListStore.restore(copies.appending("c1"), to: path)
    let store = try ListStore(at: path)
    #expect(try store.lists().map(\.name) == ["one"])
    #expect(try store.problems().isEmpty)
    #expect(!files.fileExists(atPath: path.appending("restoring").string))
  }

  /// A database in use can be what is restored elsewhere.
  @Test func aRestoreOfADatabaseInUse() throws {
    let store = try made("used")
    let elsewhere = folder.path("elsewhere")
    // This process has it open; another would share its locks.
    #expect(throws: ListError.self) { try ListStore.restore(path, to: elsewhere) }
    #expect(!files.fileExists(atPath: elsewhere.string))
    try store.backUp(to: folder.path("copy"))
    _ = try ListStore(at: folder.path("copy")).lists()
    // It has a lock file now, which nobody holds.
    #expect(try ListStore.restore(folder.path("copy"), to: elsewhere).lists == 1)
  }

  /// Of backups to one place one is made, and it is whole; nothing else is left there.
  @Test func backupsAtOnce() throws {
    let store = try made("l")
    let target = folder.path("there/copy")
    try files.createDirectory(
      atPath: folder.path("there").string, withIntermediateDirectories: true)
    let threads = (0..<6).map { _ in JoinableThread { try? store.backUp(to: target) } }
    for thread in threads { thread.start() }
    for thread in threads { thread.join() }
    #expect(try ListStore(at: target).problems().isEmpty)
    #expect(try files.contentsOfDirectory(atPath: folder.path("there").string) == ["copy"])
  }

  @Test func filesAreTheServicesAlone() throws {
    _ = try made("l")
    for (name, mode) in [("", 0o700), ("data.mdb", 0o600), ("lock.mdb", 0o600)] {
      let found = try files.attributesOfItem(atPath: path.appending(name).string)[.posixPermissions]
      #expect(found as? Int == mode)
    }
  }
}
