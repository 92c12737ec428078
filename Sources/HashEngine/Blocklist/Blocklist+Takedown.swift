/// A picture's own hashes, to be listed: those by which it, and its copies, will be found again.
public struct Takedown: Sendable, Hashable {
  /// Its SHA-256, and the perceptual hashes of every frame, as stored and as EXIF shows it.
  public let hashes: [ListedHash]
  /// Those that are of parts of it.
  public let crops: [CroppedHash]
  /// Whether no frame has detail enough for a hash: only the very same bytes will match.
  public let isExactOnly: Bool

  /// - Parameters:
  ///   - includesPHash64: Whether 64-bit hashes are among them: they find strangers too, so that they are for
  ///     allowlists, which excuse only what they name.
  ///   - includesCrops: Whether parts of it are to be found as well: what is left when its sides are cropped
  ///     (see ``PictureCrops``).
  /// - Throws: ``ImageError`` when there is no picture to hash.
  public init(
    of bytes: Span<UInt8>, includesPHash64: Bool = false, includesCrops: Bool = false,
    limits: DecodingLimits = DecodingLimits(),
    by fingerprinter: any Fingerprinter = InProcessFingerprinter()
  ) throws(ImageError) {
    let kinds: Set<HashKind> = includesPHash64 ? [.pdq, .sha256, .phash64] : [.pdq, .sha256]
    let fingerprint = try fingerprinter.fingerprint(
      of: bytes,
      FingerprintRequest(kinds: kinds, views: includesCrops ? .crops : .none, limits: limits))
    var hashes: [ListedHash] = []
    if let digest = fingerprint.digests[.sha256],
      let hash = ListedHash(kind: .sha256, bytes: digest)
    {
      hashes.append(hash)
    }
    for frame in fingerprint.frames {
      for hash in frame.exactHashes(isShown: false) + frame.exactHashes(isShown: true)
      where !hash.isDegenerate && !hashes.contains(hash) { hashes.append(hash) }
    }
    var crops: [CroppedHash] = []
    for viewed in fingerprint.frames.flatMap(\.views) {
      let hash = ListedHash(viewed.hash)
      guard hashes.count < StoredEntry.mostHashes, !hash.isDegenerate, !hashes.contains(hash) else {
        continue
      }
      hashes.append(hash)
      crops.append(CroppedHash(hash, of: viewed.view.region))
    }
    self.crops = crops
    self.hashes = Array(hashes.prefix(StoredEntry.mostHashes))
    isExactOnly = hashes.allSatisfy(\.kind.isDigest)
  }

  /// The id of its entry: the same for the same bytes.
  var id: String? { hashes.first.map { ListChange.derivedID($0) } }
}

extension Blocklist {
  /// Lists pictures by their own hashes; effective at every process's next search. The list is made, to
  /// block, when there is none.
  ///
  /// - Returns: The receipt, and the entries' ids in the pictures' order.
  /// - Throws: ``BlocklistError``.
  @discardableResult
  public func takeDown(
    _ pictures: [Takedown], on list: String, reason: String, caseID: String? = nil,
    label: String? = nil, by author: Author = Author()
  ) throws(BlocklistError) -> (receipt: Receipt, entries: [String]) {
    var details = EntryDetails()
    details.note = reason
    details.caseID = caseID
    details.label = label
    details.sourceTime = author.now
    return try add(
      pictures.map { ($0, details) }, to: list, making: ListSettings(), as: .takedown,
      reason: reason, caseID: caseID, by: author)
  }

  /// Lists pictures as harmless: their very bytes are never counted as a match again, and pictures near them
  /// not against the entries they match now. The list is made, to allow, when there is none.
  ///
  /// - Parameter pictures: Each with the entries that it matches and is no copy of.
  /// - Throws: ``BlocklistError``.
  @discardableResult
  public func allow(
    _ pictures: [(Takedown, excusing: [EntryReference])], on list: String, reason: String,
    caseID: String? = nil, by author: Author = Author()
  ) throws(BlocklistError) -> (receipt: Receipt, entries: [String]) {
    var settings = ListSettings()
    settings.meaning = .allow
    return try add(
      pictures.map { picture, entries in
        var details = EntryDetails()
        details.note = reason
        details.caseID = caseID
        details.allows = entries
        details.sourceTime = author.now
        return (picture, details)
      }, to: list, making: settings, as: .allow, reason: reason, caseID: caseID, by: author)
  }

  /// Withdraws what was listed under a case, from one list or from all.
  ///
  /// - Returns: A receipt for each list that changed.
  /// - Throws: ``BlocklistError`` `unknown-entry` when there is nothing of that case.
  @discardableResult
  public func release(
    caseID: String, from list: String? = nil, reason: String? = nil, by author: Author = Author()
  ) throws(BlocklistError) -> [Receipt] {
    let entries: [EntryReference]
    do throws(StorageError) {
      entries = try self.entries(ofCase: caseID, in: list)
    } catch {
      throw BlocklistError(error)
    }
    guard !entries.isEmpty else {
      throw BlocklistError(.unknownEntry, "nothing is listed under case \"\(caseID)\"")
    }
    var receipts: [Receipt] = []
    for (list, entries) in Dictionary(grouping: entries, by: \.list).sorted(by: { $0.key < $1.key })
    {
      receipts.append(
        try withdraw(
          entries.map(\.entry), from: list, as: .release, passingOverMissing: true, reason: reason,
          caseID: caseID, by: author))
    }
    return receipts
  }

  private func add(
    _ pictures: [(Takedown, EntryDetails)], to list: String, making settings: ListSettings,
    as action: Receipt.Action, reason: String, caseID: String?, by author: Author
  ) throws(BlocklistError) -> (receipt: Receipt, entries: [String]) {
    var ids: [String] = []
    let receipt = try change(action, list, by: author, making: settings) { change, transaction in
      let allows = change.list.settings.meaning == .allow
      guard allows == (settings.meaning == .allow) else {
        throw BlocklistError(
          .invalidSetting,
          allows
            ? "list \(list) is an allowlist; pictures on it would be let through"
            : "list \(list) is no allowlist; pictures on it would be refused")
      }
      change.receipt.reason = reason
      change.receipt.caseID = caseID
      for (index, (picture, stated)) in pictures.enumerated() {
        guard let id = picture.id else { continue }
        ids.append(id)
        var details = stated
        details.crops = picture.crops
        let entry = SourceEntry(id: id, hashes: picture.hashes, details: details, state: .active)
        try change.apply(
          SourceRecord(number: index + 1, content: .entry(entry)), in: transaction)
      }
      try change.flush(in: transaction)
      if let refused = change.receipt.rejections.first {
        throw BlocklistError(.invalidSetting, refused.reason)
      }
    }
    return (receipt, ids)
  }
}
