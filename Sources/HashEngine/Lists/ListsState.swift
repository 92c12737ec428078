internal import Crypto

/// The lists that something was asked of, in their state at that time: enough to tell later what they have gained.
struct ListsState: Codable, Sendable, Hashable {
  /// One list.
  struct Member: Codable, Sendable, Hashable {
    let name: String
    /// When it was made; lists of one name may follow each other.
    let created: Timestamp
    /// The number of its last change, and the SHA-256 of that change's receipt: in a database that was restored, the
    /// same number may stand for another change.
    let changes: Int
    let receipt: String
    let isInForce: Bool
    /// All settings that decide what matches.
    let settings: String
    /// See ``ListRecord/hasTimedEntries``.
    let hasTimedEntries: Bool

    init(_ record: ListRecord, named name: String, receipt: String, at now: Timestamp) {
      self.name = name
      created = record.createdAt
      changes = Int(record.receipts)
      self.receipt = receipt
      isInForce = record.settings.isInForce(at: now)
      settings = record.settings.matchText
      hasTimedEntries = record.hasTimedEntries
    }
  }

  /// No later than what was asked; `nil` where no entry comes into force by itself, so that the state is the same at any
  /// time.
  let at: Timestamp?
  /// By name.
  let members: [Member]

  /// Whether these are the lists of a search, in the same state.
  func isState(of versions: [ListVersion]) -> Bool {
    members.count == versions.count
      && zip(members, versions).allSatisfy {
        $0.name == $1.name && $0.changes == $1.changes && $0.isInForce == $1.isInForce
      }
  }

  func member(named name: String) -> Member? { members.first { $0.name == name } }
}

extension ListStore {
  /// The state of all lists.
  ///
  /// - Throws: ``ListError`` `storage`.
  func state(at now: Timestamp = .now) throws(ListError) -> ListsState {
    try read("reading the lists") { lists in try lists.state(at: now) }
  }
}

extension ListTransaction where Base: ~Copyable {
  func state(at now: Timestamp) throws(StorageError) -> ListsState {
    var members: [ListsState.Member] = []
    for (name, record) in try records() {
      members.append(
        ListsState.Member(
          record, named: name,
          receipt: try receiptDigest(Int(record.receipts), list: record.id), at: now))
    }
    return ListsState(
      at: members.contains(where: \.hasTimedEntries) ? now : nil, members: members)
  }

  /// The SHA-256 of a receipt as it is stored; empty where there is none.
  func receiptDigest(_ number: Int, list: UInt32) throws(StorageError) -> String {
    guard let bytes = try receiptBytes(number, list: list) else { return "" }
    return hexText(Array(SHA256.hash(data: bytes)))
  }
}

extension ListSettings {
  /// What decides which pictures match, and what a match means.
  fileprivate var matchText: String {
    [
      meaning.rawValue, "\(pdqRadius)", "\(reviewRadius ?? 0)", "\(phash64Radius)", effort.rawValue,
      commonHashes.rawValue,
    ].joined(separator: " ")
  }
}
