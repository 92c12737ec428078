/// The formats that lists are written in. Each is read by ``ListStore/importList(_:into:options:by:onProgress:)``.
public enum ExportFormat: String, Sendable, Hashable, CaseIterable {
  /// All of it (see `JSONLinesParser`), withdrawn entries too.
  case jsonl
  /// A row for each hash. Crops and excused entries are left out.
  case csv
  /// Hashes of one kind with their ids.
  case text
}

extension ListStore {
  /// Exports a list, line by line, with its settings. The output contains the hashes and is as sensitive as the list.
  ///
  /// - Parameters:
  ///   - list: The list's name.
  ///   - format: What it is written as.
  ///   - kind: Only hashes of that kind; text needs one where the list has several.
  ///   - body: Takes a line, without its end.
  /// - Returns: What the format cannot hold and was left out, each with the number of entries it concerns.
  /// - Throws: ``ListError`` `unknown-list`, `kind-not-stated`, `storage`; and what `body` throws, which ends
  ///   the export.
  @discardableResult
  public func export(
    _ list: String, as format: ExportFormat, kind: HashKind? = nil,
    _ body: (String) throws -> Void
  ) throws -> [String: Int] {
    let record = try self.list(list)
    var kind = kind
    if format == .text, kind == nil {
      kind = try onlyKind(of: list)
    }
    switch format {
    case .jsonl:
      try body(JSONLinesWriter.header(of: record))
    case .csv:
      // Only where an import would make another list: many programs that read tables stumble over it.
      if record.settings != ListSettings() { try body(ListPreamble.comment(for: record.settings)) }
      try body(CSVWriter.header)
    case .text: try body(ListPreamble.comment(for: record.settings))
    }
    var losses: [String: Int] = [:]
    var failure: (any Error)?
    try forEachEntry(of: list) { entry in
      do {
        switch format {
        case .jsonl: try JSONLinesWriter.line(for: entry, kind: kind).map(body)
        case .csv:
          try CSVWriter.lines(for: entry, kind: kind).forEach(body)
          for loss in CSVWriter.losses(of: entry, kind: kind) { losses[loss, default: 0] += 1 }
        case .text:
          try TextWriter.lines(for: entry, kind: kind).forEach(body)
          for loss in TextWriter.losses(of: entry, kind: kind) { losses[loss, default: 0] += 1 }
        }
        return true
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
    return losses
  }

  private func onlyKind(of list: String) throws(ListError) -> HashKind? {
    var kinds: Set<HashKind> = []
    try forEachEntry(of: list) { entry in
      kinds.formUnion(entry.hashes.map(\.kind))
      return kinds.count < 2
    }
    guard kinds.count < 2 else {
      throw ListError(
        .kindNotStated, "list \(list) has hashes of several kinds; state one")
    }
    return kinds.first
  }
}
