/// NCMEC Hash Sharing v2: XML with `image` and `deletedImage`, each identified by its member and id.
final class NCMECImporter: ListImporter {
  private let stream: XMLStream
  private let state: State
  private let found = RecordSink()

  init(_ options: ImportOptions) {
    let state = State(CategoryMap(labels: options.categories), found)
    self.state = state
    stream = XMLStream { state.take($0) }
  }

  var kind: HashKind? { nil }

  func read(_ piece: [UInt8], into records: inout [SourceRecord]) throws(ListError) {
    try checked { stream throws(XMLStream.Failure) in try stream.read(piece.span) }
    records += found.take()
  }

  func finish(into records: inout [SourceRecord]) throws(ListError) {
    try checked { stream throws(XMLStream.Failure) in try stream.finish() }
    records += found.take()
    guard state.hasResult else {
      throw ListError(.unreadable, "not an NCMEC list: it has no queryResult")
    }
  }

  private func checked(
    _ body: (XMLStream) throws(XMLStream.Failure) -> Void
  ) throws(ListError) {
    do throws(XMLStream.Failure) {
      try body(stream)
    } catch {
      throw ListError(.unreadable, "record \(max(1, state.count)): \(error.reason)")
    }
  }
}

extension NCMECImporter {
  /// The record that is being read.
  private final class State {
    /// Records that began so far.
    private(set) var count = 0
    private(set) var hasResult = false
    private let categories: CategoryMap
    private let found: RecordSink
    /// The elements that are open below `queryResult`.
    private var path: [String] = []
    private var fields: [String: String] = [:]
    private var hashes: [(name: String, text: String)] = []
    private var votes = (for: 0, against: 0)

    init(_ categories: CategoryMap, _ found: RecordSink) {
      self.categories = categories
      self.found = found
    }

    /// How many fields, and how many fingerprints, of one record are read.
    private static let maximumParts = 100

    /// Elements that are records, and whether they are of pictures and withdrawn.
    private static let records: [String: (isImage: Bool, isDeleted: Bool)] = [
      "image": (true, false), "deletedImage": (true, true), "video": (false, false),
      "deletedVideo": (false, true),
    ]

    func take(_ event: XMLStream.Event) {
      switch event {
      case .start(let name, let attributes):
        if name == "queryResult" { hasResult = true }
        if Self.records[name] != nil {
          count += 1
          (path, fields, hashes, votes) = ([], [:], [], (0, 0))
        }
        path.append(name)
        if path.count == 2, name == "member" { fields["member"] = attributes["id"] }
        if name == "member", path.count > 2 {
          if path.contains("affirmativeFeedback") { votes.for += 1 }
          if path.contains("negativeFeedback") { votes.against += 1 }
        }
      case .end(let name, let text):
        if path.count == 2, name != "member", fields.count < Self.maximumParts {
          fields[name] = text
        }
        if path.count == 3, path[1] == "fingerprints", hashes.count < Self.maximumParts {
          hashes.append((name, text))
        }
        if path.count == 1, let kind = Self.records[name] {
          found.records.append(record(isImage: kind.isImage, isDeleted: kind.isDeleted))
        }
        if !path.isEmpty { path.removeLast() }
      }
    }

    private func record(isImage: Bool, isDeleted: Bool) -> SourceRecord {
      guard let member = fields["member"], let source = fields["id"], !source.isEmpty else {
        return SourceRecord(number: count, content: .rejected("without member or id"))
      }
      let id = "\(member)-\(source)"
      let time = fields["timestamp"].flatMap { Timestamp($0) }
      guard isImage else {
        return SourceRecord(number: count, content: .unsupported, unsupported: ["video"])
      }
      guard !isDeleted else {
        return SourceRecord(number: count, content: .withdrawal(id: id, at: time))
      }
      var details = EntryDetails()
      details.sourceTime = time
      switch categories.answer(for: fields["classification"]) {
      case .label(let label): details.label = label
      case .skipped(let reason):
        return SourceRecord(number: count, content: .skipped(id: id, reason: reason, at: time))
      }
      if votes != (0, 0) { details.note = "feedback: \(votes.for) for, \(votes.against) against" }
      var collector = HashCollector()
      for (name, text) in hashes {
        collector.add(Array(text.utf8), named: name == "pdna" ? "photodna" : name)
      }
      return collector.record(count, id: id, details)
    }
  }
}
