internal import Crypto
public import SystemPackage

extension Blocklist {
  /// Imports a list: all of it in one transaction, or nothing.
  ///
  /// Importing the same file again changes nothing. Lines that cannot be read are passed over and
  /// told; they do not stop the others.
  ///
  /// - Parameters:
  ///   - file: The open list; read to its end, not closed.
  ///   - list: The list's name; made if there is none.
  ///   - kind: What the hashes are, where the file does not say.
  ///   - format: `nil` to look at the first line.
  ///   - now: Seconds since 1970, for new entries.
  ///   - onRejected: Called for each line that is refused, in order.
  ///   - onProgress: Called now and then with the lines read so far.
  /// - Throws: ``BlocklistError`` when the file cannot be read as a list, when all of its lines are
  ///   refused, or when the database failed; nothing was imported then.
  public func importList(
    _ file: FileDescriptor, into list: String, kind: HashKind? = nil, format: ListFormat? = nil,
    now: Int, onRejected: (RejectedLine) -> Void = { _ in },
    onProgress: (_ lines: Int) -> Void = { _ in }
  ) throws(BlocklistError) -> ImportReport {
    guard Self.isListName(list) else {
      throw BlocklistError(
        .invalidName, "\"\(list)\": a list's name is 1 to 64 letters, digits, \".\", \"_\", \"-\"")
    }
    var report = ImportReport(list: list)
    var lines = ListLines(file)
    var parser = ListParser(kind: kind, format: format)
    // Read before writing begins, so that a slow pipe does not hold up other writers for nothing.
    var line = try lines.next()
    do {
      let writing = try WriteTransaction(environment)
      var writer = try ListWriter(list, of: self, now: now, in: writing)
      while let current = line {
        var parsed = ParsedLine.rejected("longer than \(ListLines.longestLine) bytes")
        if case .text(let bytes) = current { parsed = try parser.parse(bytes) }
        if let reason = try writer.apply(parsed, to: &report, in: writing) {
          report.rejected += 1
          onRejected(RejectedLine(number: lines.number, reason: reason))
        }
        if lines.number % 4096 == 0 { onProgress(lines.number) }
        line = try lines.next()
      }
      report.format = parser.format
      guard report.rejected == 0 || report.hasEffect || report.alreadyThere > 0 else {
        throw BlocklistError(.nothingToImport, "none of its \(report.rejected) lines is a hash")
      }
      try writer.finish(in: writing)
      try writing.commit()
    } catch let error as StorageError {
      throw BlocklistError(error)
    } catch let error as BlocklistError {
      throw error
    } catch {
      throw BlocklistError(.storage, "\(error)")
    }
    return report
  }

  static func isListName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}

/// The writing side of an import.
private struct ListWriter {
  /// Bytes of an id at the most: ids are keys, and LMDB's hold 511.
  private static let longestID = 400
  /// Hashes gathered before they go into the index together.
  private static let batch = 100_000

  private let blocklist: Blocklist
  private let name: String
  private let now: Int
  private var list: ListRecord
  private var newPDQ: [PDQHash] = []
  private var newPHash64: [PerceptualHash64] = []

  init(
    _ name: String, of blocklist: Blocklist, now: Int, in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    self.blocklist = blocklist
    self.name = name
    self.now = now
    if let record = try blocklist.listRecord(name, in: transaction) {
      list = record
    } else {
      let ids = try blocklist.listRecords(in: transaction).map(\.record.id)
      list = ListRecord(id: (ids.max() ?? 0) + 1, createdAt: now)
    }
  }

  /// Does what a line says. The reason when it cannot be done.
  mutating func apply(
    _ line: ParsedLine, to report: inout ImportReport, in transaction: borrowing WriteTransaction
  ) throws(StorageError) -> String? {
    switch line {
    case .nothing, .unfinished:
      return nil
    case .rejected(let reason):
      return reason
    case .withdrawal(let id):
      // A hash still waiting for the index could not be taken out of it.
      try flush(in: transaction)
      if try blocklist.remove(id, from: &list, in: transaction) { report.withdrawn += 1 }
      return nil
    case .hash(let hash, let id, let label):
      let id = id ?? Self.derivedID(hash)
      guard id.utf8.count <= Self.longestID else {
        return "an id of more than \(Self.longestID) bytes"
      }
      return try add(hash, id: id, label: label, to: &report, in: transaction)
    }
  }

  mutating func finish(in transaction: borrowing WriteTransaction) throws(StorageError) {
    try flush(in: transaction)
    try blocklist.tables.lists.put(
      list.bytes.span, for: Array(name.utf8).span, in: transaction)
  }

  private mutating func add(
    _ hash: ListedHash, id: String, label: String?, to report: inout ImportReport,
    in transaction: borrowing WriteTransaction
  ) throws(StorageError) -> String? {
    let tables = blocklist.tables
    let key: EntryKey
    var entry: Entry
    if let known = try blocklist.entryKey(id, list: list.id, in: transaction),
      let stored = try blocklist.entry(known, in: transaction)
    {
      if stored.hashes.contains(hash) {
        report.alreadyThere += 1
        return nil
      }
      guard stored.hashes.count < Entry.mostHashes else {
        return "entry \(id) has \(Entry.mostHashes) hashes already"
      }
      (key, entry) = (known, stored)
      entry.hashes.append(hash)
      entry.label = label ?? entry.label
    } else {
      key = EntryKey(list: list.id, number: list.nextEntry)
      entry = Entry(id: id, hashes: [hash], label: label, addedAt: now)
      list.nextEntry += 1
      list.count += 1
      var number = RecordWriter()
      number.append(key.number)
      try tables.ids.put(
        number.bytes.span, for: blocklist.idKey(id, list: list.id).span, in: transaction)
    }
    try tables.entries.put(entry.bytes.span, for: key.bytes.span, in: transaction)
    try tables.postings.put(key.bytes.span, for: hash.postingKey.span, in: transaction)
    report.added += 1
    if let pdq = hash.pdq { newPDQ.append(pdq) }
    if let phash64 = hash.phash64 { newPHash64.append(phash64) }
    if newPDQ.count + newPHash64.count == Self.batch { try flush(in: transaction) }
    return nil
  }

  private mutating func flush(in transaction: borrowing WriteTransaction) throws(StorageError) {
    try blocklist.tables.pdq.insert(newPDQ, in: transaction)
    newPDQ.removeAll(keepingCapacity: true)
    try blocklist.tables.phash64.insert(newPHash64, in: transaction)
    newPHash64.removeAll(keepingCapacity: true)
  }

  /// An id for a hash whose source has none: the same at every import, and not the hash itself,
  /// since ids appear where listed hashes must not.
  private static func derivedID(_ hash: ListedHash) -> String {
    "auto-" + hexText(SHA256.hash(data: hash.postingKey).prefix(8))
  }
}
