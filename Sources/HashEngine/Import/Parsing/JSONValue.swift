/// A JSON value of a record. It is read from its ``JSONTape``, and valid as long as that is not changed.
struct JSONValue {
  fileprivate let tape: JSONTape
  fileprivate let index: Int

  private var node: JSONTape.Node { tape.nodes[index] }

  /// A member of an object, whatever the case of its name: sources differ in that.
  subscript(_ name: String) -> JSONValue? {
    // Each look at the tape itself is checked for a change at the same time: it is looked at once.
    let (nodes, bytes) = (tape.nodes, tape.bytes)
    guard nodes[index].kind == .object else { return nil }
    let name = name.utf8
    let end = nodes[index].end
    var next = index + 1
    while next < end {
      let key = nodes[next].key
      if key.count == name.count, Self.isSame(bytes[key], name) {
        return JSONValue(tape: tape, index: next)
      }
      next = nodes[next].end
    }
    return nil
  }

  /// Whether two names are the same but for the case of their letters.
  private static func isSame(_ a: ArraySlice<UInt8>, _ b: String.UTF8View) -> Bool {
    zip(a, b).allSatisfy { $0 == $1 || ($0 | 0x20 == $1 | 0x20 && $0 | 0x20 >= 0x61) }
  }

  /// The elements of an array, or the members of an object.
  var children: some Sequence<JSONValue> {
    let end = node.end
    let isContainer = node.kind == .object || node.kind == .array
    return sequence(state: isContainer ? index + 1 : end) { [tape] next -> JSONValue? in
      guard next < end else { return nil }
      defer { next = tape.nodes[next].end }
      return JSONValue(tape: tape, index: next)
    }
  }

  /// Elements of an array; none for anything else.
  var elements: [JSONValue] { node.kind == .array ? Array(children) : [] }

  var isObject: Bool { node.kind == .object }

  /// The name under which an object has it.
  var name: String { String(decoding: tape.bytes[node.key], as: UTF8.self) }

  /// A string's bytes, or a number's as they are written; `nil` for anything else.
  var scalar: ArraySlice<UInt8>? {
    node.kind == .string || node.kind == .number ? tape.bytes[node.value] : nil
  }

  /// A string; `nil` for anything else.
  var text: String? {
    node.kind == .string ? String(decoding: tape.bytes[node.value], as: UTF8.self) : nil
  }

  /// A string or a number, as text, unless it is empty.
  var scalarText: String? {
    guard let scalar, !scalar.isEmpty else { return nil }
    return String(decoding: scalar, as: UTF8.self)
  }

  /// A text, a number or a truth value, as it is written; `nil` for null, and what has parts.
  var word: String? {
    switch node.kind {
    case .true: "true"
    case .false: "false"
    default: scalarText
    }
  }

  /// A word; `nil` for null, and for one that says nothing.
  ///
  /// - Throws: ``HashField/Refusal`` for what has parts.
  func single(_ name: String) throws(HashField.Refusal) -> String? {
    switch node.kind {
    case .object, .array: throw HashField.Refusal(reason: "its \(name) is not a single value")
    case .null: return nil
    default: return word.flatMap { SourceText.isEmpty($0) ? nil : $0 }
    }
  }

  /// Whether a member says yes; `nil` where there is none, or where it says nothing.
  ///
  /// - Throws: ``HashField/Refusal`` for a member that is neither yes nor no, nor a time since when.
  func flag(_ name: String) throws(HashField.Refusal) -> Bool? {
    guard let word = try self[name]?.single(name) else { return nil }
    return try SourceFlag.since(word, name)
  }

  /// A member that is a time: seconds or milliseconds since 1970, or a text; `nil` where there is none.
  ///
  /// - Throws: ``HashField/Refusal`` for a member that is no time.
  func moment(_ name: String) throws(HashField.Refusal) -> Timestamp? {
    guard let word = try self[name]?.single(name) else { return nil }
    // Most are texts that begin with a year.
    if word.utf8.dropFirst(4).first == UInt8(ascii: "-"), let time = Timestamp(word) { return time }
    if let number = Double(word), abs(number) >= 1e11 {
      if let seconds = Int(exactly: (number / 1000).rounded(.down)) {
        return Timestamp(seconds: seconds)
      }
    } else if let time = Timestamp(word) ?? Timestamp(source: word) {
      return time
    }
    throw HashField.Refusal(reason: "its \(name) \"\(word)\" is no time, or could be two")
  }

  var int: Int? { scalarText.flatMap { Int($0) } }
}

/// The values of a record in sequence, in two arrays that are reused for the next record.
final class JSONTape {
  enum Kind: UInt8 {
    case null, `true`, `false`, number, string, object, array
  }

  struct Node {
    let kind: Kind
    /// Where its name lies in `bytes`, and where its text lies.
    let key: Range<Int>
    let value: Range<Int>
    /// The index of the node that follows it and everything inside it.
    var end: Int
  }

  /// How many bytes, and how many values, a record may have.
  static let maximumBytes = 1 << 22
  static let maximumNodes = 1 << 17

  fileprivate(set) var nodes: [Node] = []
  fileprivate(set) var bytes: [UInt8] = []

  var isOverfull: Bool { bytes.count > Self.maximumBytes || nodes.count > Self.maximumNodes }

  func add(_ kind: Kind, key: UnsafeBufferPointer<UInt8>, text: UnsafeBufferPointer<UInt8>) -> Int {
    let start = bytes.count
    bytes.append(contentsOf: key)
    let middle = bytes.count
    bytes.append(contentsOf: text)
    nodes.append(
      Node(
        kind: kind, key: start..<middle, value: middle..<bytes.count, end: nodes.count + 1))
    return nodes.count - 1
  }

  func close(_ index: Int) { nodes[index].end = nodes.count }

  func value(at index: Int) -> JSONValue { JSONValue(tape: self, index: index) }

  /// Removes a value and all after it.
  func remove(from index: Int) {
    guard index < nodes.count else { return }
    bytes.removeSubrange(nodes[index].key.lowerBound...)
    nodes.removeSubrange(index...)
  }
}
