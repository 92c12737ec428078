extension ListStore {
  /// Makes a list without entries.
  ///
  /// - Throws: ``ListError`` `list-exists`, `invalid-name`, `invalid-setting`, `storage`.
  @discardableResult
  public func create(
    _ name: String, settings: ListSettings = ListSettings(), by author: Author = Author()
  ) throws(ListError) -> Receipt {
    try change(.create, name, by: author, making: settings, mustBeNew: true) { _ in }
  }

  /// Changes a list's settings; they take effect at every process's next search.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `invalid-setting`, `storage`.
  @discardableResult
  public func set(
    _ name: String, by author: Author = Author(), _ body: (inout ListSettings) -> Void
  ) throws(ListError) -> Receipt {
    try change(.set, name, by: author) { change in
      var settings = change.list.settings
      body(&settings)
      try Self.check(settings)
      change.list.settings = settings
      if settings.staleAfter != nil, change.list.importedAt == nil {
        try change.dateLastImport(upTo: Int(change.list.receipts))
      }
    }
  }

  /// Removes a list with its entries and its history; the journal keeps its lines.
  ///
  /// - Returns: How many entries it had.
  /// - Throws: ``ListError`` `unknown-list`, `storage`.
  @discardableResult
  public func remove(
    list name: String, by author: Author = Author()
  ) throws(ListError) -> Int {
    try ListError.naming("removing list \(name)") {
      let lists = try beginWriting()
      let record = try lists.knownRecord(named: name)
      var writer = try EntryWriter(record, lists)
      try writer.eraseAll()
      for number in 1...max(1, Int(record.receipts)) {
        let key = writer.lists.receiptKey(number, list: record.id)
        try writer.lists.receipts.remove(key.span)
      }
      let key = Array(name.utf8)
      try writer.lists.lists.remove(key.span)
      var receipt = Receipt(.remove, list: name, serial: Int(record.serial), by: author)
      receipt.number = Int(record.receipts) + 1
      receipt.withdrawn = Int(clamping: record.count)
      try Journal.append(
        receipt, bytes: JSONText.encode(StoredReceipt(receipt)), to: writer.lists.journal)
      try writer.commit()
      return Int(clamping: record.count)
    }
  }
}

// MARK: Single entries

extension ListStore {
  /// Withdraws entries; a hash that no other entry has stops matching.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `unknown-entry`, `storage`.
  @discardableResult
  public func withdraw(
    entries ids: [String], from list: String, reason: String? = nil, caseID: String? = nil,
    by author: Author = Author()
  ) throws(ListError) -> Receipt {
    try withdraw(
      ids, from: list, as: .withdraw, ignoringMissing: false, reason: reason, caseID: caseID,
      by: author)
  }

  /// - Parameters:
  ///   - ignoringMissing: Whether entries that do not exist (any more) are skipped, not an error.
  ///   - isSpared: Tells the entries that only lose the case.
  func withdraw(
    _ ids: [String], from list: String, as action: Receipt.Action, ignoringMissing: Bool,
    reason: String?, caseID: String?, by author: Author,
    sparing isSpared: (Entry) -> Bool = { _ in false }
  ) throws(ListError) -> Receipt {
    try change(action, list, by: author) { change in
      change.receipt.reason = reason
      change.receipt.caseID = caseID
      for (index, id) in ids.enumerated() {
        guard let number = try change.lists.entryNumber(id, list: change.list.id),
          let entry = try change.lists.storedEntry(number)?.entry, entry.state != .withdrawn
        else {
          if ignoringMissing { continue }
          throw ListError.unknownEntry(id, in: list)
        }
        if let caseID, isSpared(entry) {
          try change.leave(case: caseID, entry)
          continue
        }
        // Dated now, so that only a later change by the source brings the entry back.
        let time = entry.details.sourceTime.map { max(author.now, $0) } ?? author.now
        try change.apply(
          SourceRecord(number: index + 1, content: .withdrawal(id: entry.id, at: time)))
      }
    }
  }

  /// Keeps an entry from matching until a time, or with `nil` until it is enabled. Imports do not change
  /// that, unless the file states a disabled state of its own.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `unknown-entry`, `storage`.
  @discardableResult
  public func disable(
    entry id: String, of list: String, until: Timestamp? = nil, reason: String? = nil,
    by author: Author = Author()
  ) throws(ListError) -> Receipt {
    try setState(.disabled(until: until), of: id, in: list, as: .disable, reason, author)
  }

  /// Lets a disabled entry match again.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `unknown-entry`, `storage`.
  @discardableResult
  public func enable(
    entry id: String, of list: String, reason: String? = nil, by author: Author = Author()
  ) throws(ListError) -> Receipt {
    try setState(.active, of: id, in: list, as: .enable, reason, author)
  }

  private func setState(
    _ state: Entry.State, of id: String, in list: String, as action: Receipt.Action,
    _ reason: String?, _ author: Author
  ) throws(ListError) -> Receipt {
    try change(action, list, by: author) { change in
      change.receipt.reason = reason
      guard try change.setState(state, of: id) else {
        throw ListError.unknownEntry(id, in: list)
      }
    }
  }
}
