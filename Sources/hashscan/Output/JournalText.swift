import HashEngine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A line of the journal for people: who did what to which list, and when.
struct JournalText: CustomStringConvertible {
  let description: String

  init(_ line: JournalLine) {
    var text =
      "\(line.line)  \(line.at)  \(Self.name(of: line.uid))\(line.client.map { " for \(ShownText($0))" } ?? "")  \(line.action.rawValue)"
    if !line.list.isEmpty { text += "  \(ShownText(line.list))" }
    let counts = [(line.added, "added"), (line.replaced, "changed"), (line.withdrawn, "withdrawn")]
      .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    if !counts.isEmpty { text += ": \(counts.joined(separator: ", "))" }
    if let reason = line.reason { text += "  (\(ShownText(reason)))" }
    if let caseID = line.caseID { text += "  case \(ShownText(caseID))" }
    description = text
  }

  /// The user's name, if the system still knows the number.
  private static func name(of user: UInt32) -> String {
    getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "uid \(user)"
  }

  /// The number of a user given by name or number.
  static func number(of user: String) -> UInt32? {
    UInt32(user) ?? getpwnam(user)?.pointee.pw_uid
  }
}
