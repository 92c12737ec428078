extension ListStore {
  /// Lists pictures by their own hashes; takes effect at every process's next search. A missing list is made,
  /// as one that blocks.
  ///
  /// - Returns: The receipt, and the entries' ids in the pictures' order.
  /// - Throws: ``ListError`` `invalid-name`, `invalid-setting`, `storage`.
  @discardableResult
  public func takeDown(
    _ pictures: [Takedown], on list: String, reason: String, caseID: String? = nil,
    label: String? = nil, by author: Author = Author()
  ) throws(ListError) -> (receipt: Receipt, entries: [String]) {
    var details = EntryDetails()
    details.note = reason
    details.caseIDs = caseID.map { [$0] } ?? []
    details.label = label
    details.sourceTime = author.now
    let added = try add(
      pictures.map { ($0, details) }, to: list, making: ListSettings(), as: .takedown,
      reason: reason, caseID: caseID, by: author)
    return (sealed(after: added.receipt), added.entries)
  }

  /// Lists pictures as harmless: a file with exactly their bytes is excused from every match, and pictures
  /// near them are excused from matching the given entries. A missing list is made, as an allowlist.
  ///
  /// - Returns: The receipt, and the entries' ids in the pictures' order.
  /// - Throws: ``ListError`` `invalid-name`, `invalid-setting`, `storage`.
  @discardableResult
  public func allow(
    _ pictures: [AllowedPicture], on list: String, reason: String, caseID: String? = nil,
    by author: Author = Author()
  ) throws(ListError) -> (receipt: Receipt, entries: [String]) {
    var settings = ListSettings()
    settings.meaning = .allow
    return try add(
      pictures.map { allowed in
        var details = EntryDetails()
        details.note = reason
        details.caseIDs = caseID.map { [$0] } ?? []
        details.allows = allowed.excuses
        details.sourceTime = author.now
        return (allowed.picture, details)
      }, to: list, making: settings, as: .allow, reason: reason, caseID: caseID, by: author)
  }

  /// Takes a case back, from one list or from all: what was listed under it is withdrawn, unless it is listed under
  /// another case as well.
  ///
  /// - Returns: A receipt for each list that changed.
  /// - Throws: ``ListError`` `unknown-entry` when there is nothing of that case; `storage`.
  @discardableResult
  public func release(
    caseID: String, from list: String? = nil, reason: String? = nil, by author: Author = Author()
  ) throws(ListError) -> [Receipt] {
    let entries = try self.entries(ofCase: caseID, in: list)
    guard !entries.isEmpty else {
      throw ListError(.unknownEntry, "nothing is listed under case \"\(caseID)\"")
    }
    var receipts: [Receipt] = []
    for (list, entries) in Dictionary(grouping: entries, by: \.list).sorted(by: { $0.key < $1.key })
    {
      receipts.append(
        try withdraw(
          entries.map(\.entry), from: list, as: .release, ignoringMissing: true, reason: reason,
          caseID: caseID, by: author, sparing: { $0.details.caseIDs != [caseID] }))
    }
    return receipts
  }

  /// The cases of an entry that is listed a second time; a listing without a case counts as one if others have one.
  private static func joined(_ earlier: [String], _ later: [String]) -> [String] {
    guard !earlier.isEmpty || !later.isEmpty else { return [] }
    let earlier = earlier.isEmpty ? [EntryDetails.noCase] : earlier
    let later = later.isEmpty ? [EntryDetails.noCase] : later
    return earlier + later.filter { !earlier.contains($0) }
  }

  /// Says since when, and under which cases, a picture is listed already.
  private static func remark(on known: Entry, _ id: String) -> String {
    let names = known.details.namedCases
    let cases = names.map { "\"\($0)\"" }.joined(separator: ", ")
    let under =
      cases.isEmpty ? "" : names.count == 1 ? " under case \(cases)" : " under cases \(cases)"
    return "entry \(id) is listed already\(under), since \(known.addedAt)"
  }

  private func add(
    _ pictures: [(Takedown, EntryDetails)], to list: String, making settings: ListSettings,
    as action: Receipt.Action, reason: String, caseID: String?, by author: Author
  ) throws(ListError) -> (receipt: Receipt, entries: [String]) {
    var ids: [String] = []
    let receipt = try change(action, list, by: author, making: settings) { change in
      let allows = change.list.settings.meaning == .allow
      guard allows == (settings.meaning == .allow) else {
        throw ListError(
          .invalidSetting,
          allows
            ? "list \(list) is an allowlist; pictures on it would be let through"
            : "list \(list) is no allowlist; pictures on it would be refused")
      }
      change.receipt.reason = reason
      change.receipt.caseID = caseID
      change.warnIfNotInForce()
      for (index, (picture, stated)) in pictures.enumerated() {
        guard let id = picture.id else { continue }
        ids.append(id)
        var details = stated
        var (hashes, crops) = (picture.hashes, picture.crops)
        if let number = try change.lists.entryNumber(id, list: change.list.id),
          let known = try change.lists.storedEntry(number)?.entry, known.state != .withdrawn
        {
          // What is listed for two reasons stays listed until both are gone.
          let cases = Self.joined(known.details.caseIDs, details.caseIDs)
          details.label = details.label ?? known.details.label
          details.caseIDs = cases
          // What was listed of it stays listed: parts that were asked for then.
          hashes += known.hashes.filter { !hashes.contains($0) }
          crops += known.details.crops.filter { !crops.contains($0) }
          change.receipt.warnings.append(Self.remark(on: known, id))
        }
        details.crops = crops
        let entry = SourceEntry(id: id, hashes: hashes, details: details, state: .active)
        try change.apply(SourceRecord(number: index + 1, content: .entry(entry)))
      }
      try change.flush()
      if let refused = change.receipt.rejections.first {
        throw ListError(.invalidSetting, refused.reason)
      }
    }
    return (receipt, ids)
  }
}
