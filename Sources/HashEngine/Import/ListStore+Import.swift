public import SystemPackage

extension ListStore {
  /// Imports a list: all of it in one transaction, or nothing.
  ///
  /// A record replaces the entry of the same id, or withdraws it if it says so; importing the same file again
  /// changes nothing. Records that cannot be used are left out and counted in the receipt; they do not stop
  /// the others.
  ///
  /// - Parameters:
  ///   - file: The open list; read to its end, not closed.
  ///   - list: The list's name; made if there is none.
  ///   - options: How to read the file, where it does not say so itself.
  ///   - author: Who imports it, and when.
  ///   - onProgress: Called now and then with the bytes read and the records taken so far.
  /// - Throws: ``ListError`` when the file cannot be read as a list, when all of its records are
  ///   refused, or when the database failed; nothing was imported then.
  public func importList(
    _ file: FileDescriptor, into list: String, options: ImportOptions = ImportOptions(),
    by author: Author = Author(),
    onProgress: (_ bytes: Int, _ records: Int) -> Void = { _, _ in }
  ) throws(ListError) -> Receipt {
    var source = ListSource(file)
    // Read before writing begins, so that a slow pipe does not hold up other writers for nothing.
    let beginning = try source.next(atLeast: ListDetector.length)
    let format = try ListDetector.format(of: beginning, options)
    var reading = ListReading(
      importer: try Self.importer(of: format, options, beginning: beginning, now: author.now),
      source: source)
    let stated = try ListPreamble.settings(in: beginning)
    let receipt = try change(
      .import, list, by: author, making: stated ?? ListSettings(), isDryRun: options.isDryRun
    ) { change in
      if let stated { try Self.compare(stated, with: change.list.settings, list) }
      let before = Int(clamping: change.list.count)
      change.onConflict = options.onConflict
      try reading.read(from: beginning, into: &change, onProgress)
      try change.flush()
      change.warnIfNotInForce()
      try Self.refuseIfUseless(change, records: reading.records, options)
      if options.replaces {
        try change.withdrawUnseen(
          isBrokenOff: reading.importer.isBrokenOff, before: before,
          atMost: options.forcesWithdrawal ? nil : options.maximumWithdrawn)
      }
      try change.flush()
      if change.receipt.isNews {
        change.list.importedAt = author.now
        change.list.source = options.source
      }
      let phash64 = try change.lists.phash64.count()
      let meaning = change.list.settings.meaning
      change.receipt.source = options.source
      change.receipt.sourceSHA256 = reading.source.digest
      change.receipt.format = reading.source.bytes == 0 ? nil : format
      change.receipt.kind = reading.importer.kind
      change.receipt.spelling = reading.checks.hasPHash64 ? reading.importer.spelling : nil
      change.receipt.warnings += reading.importer.remarks + change.idRemarks.warnings
      change.receipt.warnings += reading.checks.warnings(
        for: meaning, phash64: phash64, spelling: reading.importer.spelling)
    }
    return options.isDryRun ? receipt : sealed(after: receipt)
  }

  /// Refuses the export of a list into one that means something else: an allowlist must not become a blocklist.
  private static func compare(
    _ stated: ListSettings, with settings: ListSettings, _ list: String
  ) throws(ListError) {
    guard stated.meaning != settings.meaning else { return }
    throw ListError(
      .invalidSetting,
      "the file is the export of a list that means \"\(stated.meaning.rawValue)\", and list \(list) means"
        + " \"\(settings.meaning.rawValue)\"; import it into one of its own meaning")
  }

  /// Refuses a file without a usable record: it is more likely a wrong file than an empty list.
  private static func refuseIfUseless(
    _ change: borrowing ListChange, records: Int, _ options: ImportOptions
  ) throws(ListError) {
    guard change.taken > 0 || !options.replaces else {
      throw ListError(
        .nothingToImport,
        "none of its \(records) records is a usable entry; replacing would empty the list")
    }
    let receipt = change.receipt
    guard change.taken == 0, receipt.rejected > 0, receipt.withdrawn + receipt.unchanged == 0,
      receipt.skipped.isEmpty, receipt.unsupported.isEmpty
    else { return }
    let first = receipt.rejections.first.map { " (\($0.number): \($0.reason))" } ?? ""
    throw ListError(
      .nothingToImport, "none of its \(records) records can be used\(first)")
  }

  /// What reads a list of a format.
  ///
  /// - Parameter beginning: The list's first bytes, from which the spelling of 64-bit hashes is recognised.
  static func importer(
    of format: ListFormat, _ options: ImportOptions, beginning: [UInt8], now: Timestamp
  ) throws(ListError) -> any ListImporter {
    let categories = CategoryMap(labels: options.categories)
    switch format {
    case .text:
      return LineImporter(
        PlainTextParser(kind: options.kind, spelling: options.spelling, beginning: beginning),
        beginning: beginning)
    case .csv: return LineImporter(CSVParser(options, beginning: beginning), beginning: beginning)
    case .jsonl: return LineImporter(JSONLinesParser(options), beginning: beginning)
    case .icse: return LineImporter(ICSEParser(options), beginning: beginning)
    case .clamav: return LineImporter(ClamAVParser(), beginning: beginning)
    case .ncmec: return NCMECImporter(options)
    case .stopncii: return JSONImporter(StopNCIIParser())
    case .threatexchange:
      return JSONImporter(
        ThreatExchangeParser(categories: categories, beginning: beginning))
    case .tat: return JSONImporter(TATParser(categories: categories))
    case .misp: return JSONImporter(MISPParser())
    case .mispCSV: return LineImporter(MISPCSVParser(options), beginning: beginning)
    case .stix: return JSONImporter(STIXParser(now: now))
    case .vics:
      guard options.categories != nil else {
        throw ListError(
          .categoriesNotStated,
          "VICS categories differ from country to country, and some are harmless; state which to"
            + " import, and their labels")
      }
      return JSONImporter(VICSParser(categories: categories))
    }
  }
}

/// A list that is being read.
private struct ListReading {
  var importer: any ListImporter
  var source: ListSource
  var checks = ListChecks()
  /// Records taken so far.
  var records = 0

  /// Reads to the end of the file, of which the beginning was read already.
  mutating func read(
    from beginning: [UInt8], into change: inout ListChange, _ onProgress: (Int, Int) -> Void
  ) throws {
    var found: [SourceRecord] = []
    var piece = beginning
    while !piece.isEmpty {
      try importer.read(piece, into: &found)
      try apply(&found, to: &change)
      onProgress(source.bytes, records)
      piece = try source.next()
    }
    try importer.finish(into: &found)
    try apply(&found, to: &change)
  }

  private mutating func apply(
    _ found: inout [SourceRecord], to change: inout ListChange
  ) throws(StorageError) {
    for record in found {
      checks.look(at: record)
      try change.apply(record)
    }
    records += found.count
    found.removeAll(keepingCapacity: true)
  }
}
