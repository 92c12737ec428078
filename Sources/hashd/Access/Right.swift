/// What a client may do. Whoever may ask may not read: what was listed by whom, and why, is for others.
enum Right: String, CaseIterable, Sendable {
  /// Send pictures and hashes, and see which lists there are.
  case ask
  /// Read the lists' histories.
  case history
  /// Take pictures down, withdraw entries, import lists.
  case change

  /// Rights separated by commas; `nil` when one is unknown or there is none.
  static func all(in text: String) -> Set<Right>? {
    let names = text.split(separator: ",", omittingEmptySubsequences: false)
    let rights = names.compactMap { Right(rawValue: String($0)) }
    return rights.count == names.count ? Set(rights) : nil
  }

  /// Rights as they are written.
  static func text(of rights: Set<Right>) -> String {
    allCases.filter { rights.contains($0) }.map(\.rawValue).joined(separator: ",")
  }
}

/// Who sent a request, and what they may do.
struct Client: Sendable {
  /// The name of the token that it showed; `nil` without one.
  let token: String?
  /// The user at the other end of a Unix socket; `nil` on TCP.
  let user: UInt32?
  let rights: Set<Right>
}
