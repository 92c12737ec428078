internal import CYAJL

/// Reads JSON of any size piece by piece, through yajl, and hands out the values at certain paths: the
/// records.
///
/// A record inside another is handed out by itself, before the outer one, which then lacks it.
final class JSONStream {
  /// The maximum depth of nested containers.
  static let deepest = 64
  /// The maximum size of a single token, in bytes: yajl keeps a token in memory until it is complete.
  private static let longestToken = 1 << 22

  /// What is wrong with the text. Nothing more can be read after it.
  struct Failure: Error {
    let reason: String
  }

  /// Records that began so far.
  private(set) var count = 0
  /// Whether there was an array that records are elements of.
  private(set) var hasHome = false
  /// Whether ``names`` is kept.
  var keepsNames = false
  /// The names of all members read so far, wherever they are.
  private(set) var names: Set<String> = []
  private let tape = JSONTape()

  private let paths: [[String]]
  private let onRecord: (JSONValue, _ number: Int) -> Void
  private var handle: OpaquePointer?
  private var failure: Failure?
  /// Bytes read since yajl last reported a token.
  private var sinceToken = 0
  private var levels: [Level] = []
  private var records: [Record] = []
  private var key: [UInt8] = []

  /// An open object or array.
  private struct Level {
    let isArray: Bool
    /// The paths that lead here and further, one bit each.
    let paths: UInt8
    /// Its place on the tape when it belongs to a record.
    let node: Int?
  }

  private struct Record {
    let node: Int
    let depth: Int
    let number: Int
  }

  /// - Parameters:
  ///   - paths: Where records are: names of members, `*` for an element. The empty path is the root.
  ///   - onRecord: Takes a record, which is valid only meanwhile, and its number, from 1.
  init(records paths: [[String]], _ onRecord: @escaping (JSONValue, _ number: Int) -> Void) {
    self.paths = paths
    self.onRecord = onRecord
  }

  deinit {
    if let handle { yajl_free(handle) }
  }

  /// Whether nothing was read yet.
  var isAtStart: Bool { handle == nil }

  func read(_ bytes: Span<UInt8>) throws(Failure) {
    // The stream outlives its parser, which is freed in `deinit`.
    handle =
      handle ?? yajl_alloc(Self.callbacks, nil, Unmanaged.passUnretained(self).toOpaque())
    guard let handle else { throw Failure(reason: "no memory") }
    sinceToken += bytes.count
    let status = bytes.withUnsafeBufferPointer {
      yajl_parse(handle, $0.baseAddress, $0.count)
    }
    try check(status, handle)
    if sinceToken > Self.longestToken { throw Failure(reason: "a token of more than 4 MiB") }
  }

  /// To be called at the end of the text.
  func finish() throws(Failure) {
    guard let handle else { throw Failure(reason: "no JSON") }
    try check(yajl_complete_parse(handle), handle)
  }

  private func check(_ status: yajl_status, _ handle: OpaquePointer) throws(Failure) {
    guard status != yajl_status_ok else { return }
    if let failure { throw failure }
    guard let text = yajl_get_error(handle, 0, nil, 0) else { throw Failure(reason: "no JSON") }
    defer { yajl_free_error(handle, text) }
    let message = String(cString: text).split(separator: "\n").first.map(String.init) ?? "no JSON"
    throw Failure(
      reason: message.replacing("parse error: ", with: "").replacing("lexical error: ", with: ""))
  }

  // MARK: What yajl reports

  /// Takes a value that is not a container; returns whether to go on.
  private func scalar(_ kind: JSONTape.Kind, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    sinceToken = 0
    let paths = pathsToNext()
    begin(kind, text, paths)
    return end(paths)
  }

  private func open(isArray: Bool) -> Bool {
    sinceToken = 0
    guard levels.count < Self.deepest else {
      failure = Failure(reason: "nested more than \(Self.deepest) deep")
      return false
    }
    let paths = pathsToNext()
    if isArray {
      for (index, path) in self.paths.enumerated() where paths >> UInt8(index) & 1 == 1 {
        if path.count == levels.count + 1, path.last == "*" { hasHome = true }
      }
    }
    let node = begin(isArray ? .array : .object, UnsafeBufferPointer(start: nil, count: 0), paths)
    levels.append(Level(isArray: isArray, paths: paths, node: node))
    return true
  }

  private func close() -> Bool {
    sinceToken = 0
    guard let level = levels.popLast() else { return false }
    if let node = level.node { tape.close(node) }
    return end(level.paths)
  }

  private func take(key: UnsafeBufferPointer<UInt8>) -> Bool {
    sinceToken = 0
    self.key.removeAll(keepingCapacity: true)
    self.key.append(contentsOf: key)
    if keepsNames { names.insert(String(decoding: key, as: UTF8.self)) }
    return true
  }

  /// The paths that lead to or through the next value, one bit each.
  private func pathsToNext() -> UInt8 {
    guard let level = levels.last else { return UInt8(truncatingIfNeeded: (1 << paths.count) - 1) }
    guard level.paths != 0 else { return 0 }
    var next: UInt8 = 0
    for (index, path) in paths.enumerated() where level.paths >> UInt8(index) & 1 == 1 {
      guard path.count >= levels.count else { continue }
      let step = path[levels.count - 1]
      if level.isArray ? step == "*" : key.elementsEqual(step.utf8) { next |= 1 << UInt8(index) }
    }
    return next
  }

  /// Puts a value on the tape if it is a record or part of one.
  @discardableResult
  private func begin(
    _ kind: JSONTape.Kind, _ text: UnsafeBufferPointer<UInt8>, _ paths: UInt8
  ) -> Int? {
    let isRecord = isRecord(paths)
    guard isRecord || !records.isEmpty else { return nil }
    let isMember = levels.last.map { !$0.isArray } ?? false
    let node = key.withUnsafeBufferPointer { key in
      tape.add(kind, key: isMember ? key : UnsafeBufferPointer(rebasing: key[..<0]), text: text)
    }
    if isRecord {
      count += 1
      records.append(Record(node: node, depth: levels.count, number: count))
    }
    return node
  }

  /// Hands out the record that ends here, if any; returns whether to go on.
  private func end(_ paths: UInt8) -> Bool {
    if let record = records.last, record.depth == levels.count, isRecord(paths) {
      onRecord(tape.value(at: record.node), record.number)
      tape.remove(from: record.node)
      records.removeLast()
    }
    guard !tape.isOverfull else {
      failure = Failure(reason: "more than \(JSONTape.maximumBytes >> 20) MiB")
      return false
    }
    return true
  }

  private func isRecord(_ paths: UInt8) -> Bool {
    guard paths != 0 else { return false }
    return self.paths.indices.contains {
      paths >> UInt8($0) & 1 == 1 && self.paths[$0].count == levels.count
    }
  }

  // MARK: yajl's table of callbacks

  // Made once and never changed: yajl keeps the pointer.
  nonisolated(unsafe) private static let callbacks: UnsafePointer<yajl_callbacks> = {
    let table = UnsafeMutablePointer<yajl_callbacks>.allocate(capacity: 1)
    table.initialize(
      to: yajl_callbacks(
        yajl_null: { JSONStream.stream(of: $0).scalar(.null, JSONStream.nothing) ? 1 : 0 },
        yajl_boolean: {
          JSONStream.stream(of: $0).scalar($1 != 0 ? .true : .false, JSONStream.nothing) ? 1 : 0
        },
        yajl_integer: nil, yajl_double: nil,
        yajl_number: { context, text, count in
          JSONStream.stream(of: context).scalar(.number, JSONStream.bytes(text, count)) ? 1 : 0
        },
        yajl_string: {
          JSONStream.stream(of: $0).scalar(.string, UnsafeBufferPointer(start: $1, count: $2))
            ? 1 : 0
        },
        yajl_start_map: { JSONStream.stream(of: $0).open(isArray: false) ? 1 : 0 },
        yajl_map_key: {
          JSONStream.stream(of: $0).take(key: UnsafeBufferPointer(start: $1, count: $2)) ? 1 : 0
        },
        yajl_end_map: { JSONStream.stream(of: $0).close() ? 1 : 0 },
        yajl_start_array: { JSONStream.stream(of: $0).open(isArray: true) ? 1 : 0 },
        yajl_end_array: { JSONStream.stream(of: $0).close() ? 1 : 0 }))
    return UnsafePointer(table)
  }()

  private static var nothing: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: nil, count: 0)
  }

  private static func bytes(
    _ text: UnsafePointer<CChar>?, _ count: Int
  ) -> UnsafeBufferPointer<UInt8> {
    // A byte is a byte, whatever its sign.
    UnsafeBufferPointer(
      start: UnsafeRawPointer(text)?.assumingMemoryBound(to: UInt8.self), count: count)
  }

  /// The stream that a parser was made for, which lives as long as the parser.
  private static func stream(of context: UnsafeMutableRawPointer?) -> JSONStream {
    guard let context else { preconditionFailure("a parser without its stream") }
    return Unmanaged<JSONStream>.fromOpaque(context).takeUnretainedValue()
  }
}
