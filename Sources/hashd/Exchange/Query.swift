import HashEngine
import Hummingbird

/// A request's query parameters. An unknown or repeated one is refused: a client must not believe that a
/// parameter took effect when it was ignored.
struct Query {
  private let values: [String: String]
  private let lists: [String: [String]]

  /// - Parameter repeatable: Those that may come more than once; see ``all(_:)``.
  init(_ request: Request, _ known: Set<String>, repeatable: Set<String> = []) throws(APIError) {
    var values: [String: String] = [:]
    var lists: [String: [String]] = [:]
    for (name, value) in try Self.pairs(request.uri.query ?? "") {
      if repeatable.contains(name) {
        lists[name, default: []].append(value)
        continue
      }
      guard known.contains(name) else { throw .badRequest("unknown parameter \"\(name)\"") }
      guard values.updateValue(value, forKey: name) == nil else {
        throw .badRequest("\"\(name)\" is given twice")
      }
    }
    self.values = values
    self.lists = lists
  }

  /// The parameters of a query, encoded as forms are.
  private static func pairs(_ query: String) throws(APIError) -> [(name: String, value: String)] {
    var pairs: [(name: String, value: String)] = []
    for pair in query.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      pairs.append((try decoded(parts[0]), try decoded(parts.dropFirst().first ?? "")))
    }
    return pairs
  }

  /// A text as forms encode it: `+` for a blank, `%` and two digits for a byte. What is not encoded so is refused, not
  /// dropped.
  private static func decoded(_ text: Substring) throws(APIError) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
      case UInt8(ascii: "%"):
        let digits = rest.prefix(2)
        guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
          let byte = UInt8(String(Substring(digits)), radix: 16)
        else { throw .badRequest("the query is wrongly percent-encoded") }
        bytes.append(byte)
        rest = rest.dropFirst(2)
      default: bytes.append(byte)
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .badRequest("the query is not UTF-8")
    }
    return text
  }

  /// `nil` when it is not given.
  subscript(_ name: String) -> String? { values[name] }

  func all(_ name: String) -> [String] { lists[name] ?? [] }

  /// A text that is kept as it is; `nil` also when it is empty.
  func text(_ name: String, longest: Int = 1024) throws(APIError) -> String? {
    guard let text = self[name], !text.isEmpty else { return nil }
    guard text.utf8.count <= longest else {
      throw .badRequest("\"\(name)\" is longer than \(longest) bytes")
    }
    return text
  }

  /// Names separated by commas; an empty name is refused.
  func names(_ name: String) throws(APIError) -> Set<String>? {
    guard let text = self[name] else { return nil }
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard !names.contains("") else { throw .badRequest("\(name): a name is empty") }
    return Set(names)
  }

  func kinds() throws(APIError) -> Set<HashKind>? {
    guard let names = try names("kinds") else { return nil }
    var kinds: Set<HashKind> = []
    for name in names {
      guard let kind = HashKind(named: name) else {
        throw .badRequest("kinds: \"\(name)\" is no kind of hash")
      }
      kinds.insert(kind)
    }
    return kinds
  }

  func effort() throws(APIError) -> Effort? {
    guard let text = self["effort"] else { return nil }
    guard let effort = Effort(rawValue: text) else {
      throw .badRequest("effort: exact, standard or thorough")
    }
    return effort
  }

  func flag(_ name: String) throws(APIError) -> Bool {
    switch self[name] {
    case nil, "false", "0": false
    case "true", "1": true
    case let other?: throw .badRequest("\(name): \"\(other)\" is neither true nor false")
    }
  }
}
