/// A worker's first message, sent once it is confined and ready.
package struct WorkerGreeting: Sendable, Hashable {
  /// Raised whenever a message changes: asker and worker must have the same version.
  private static let version: UInt8 = 1
  private static let magic = Array("HSW!".utf8)
  package static let byteCount = 8

  package let level: ConfinementLevel

  package init(level: ConfinementLevel) { self.level = level }

  package var bytes: [UInt8] {
    let flags: UInt8 = (level.systemCalls ? 1 : 0) | (level.resources ? 2 : 0)
    return Self.magic + [Self.version, flags, UInt8(clamping: level.landlock ?? 0), 0]
  }

  package init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount, Array(bytes[..<4]) == Self.magic,
      bytes[4] == Self.version, bytes[5] < 4
    else { return nil }
    level = ConfinementLevel(
      systemCalls: bytes[5] & 1 != 0, landlock: bytes[6] > 0 ? Int(bytes[6]) : nil,
      resources: bytes[5] & 2 != 0)
  }
}

/// A picture to hash, whose bytes lie in the shared memory.
package struct WorkerRequest: Sendable, Hashable {
  private static let magic = Array("HSW?".utf8)
  package static let byteCount = 4 + 8 + 8 + 1 + 1 + 10 * 8

  /// Returned with the answer, so that an answer about another picture is noticed.
  package let id: UInt64
  /// Bytes of the picture.
  package let count: Int
  package let request: FingerprintRequest

  package init(id: UInt64, count: Int, request: FingerprintRequest) {
    self.id = id
    self.count = count
    self.request = request
  }

  package var bytes: [UInt8] {
    var writer = RecordWriter(capacity: Self.byteCount)
    writer.append(raw: Self.magic)
    writer.append(id)
    writer.append(UInt64(count))
    writer.append(request.kinds.reduce(UInt8(0)) { $0 | 1 << ($1.code - 1) })
    writer.append(request.views.code)
    let limits = request.limits
    for number in [
      limits.bytes, limits.side, limits.pixels, limits.memory, limits.frames,
      limits.animationPixels, limits.views, limits.scans, limits.scanPixels,
    ] { writer.append(UInt64(clamping: number)) }
    writer.append(UInt64(clamping: limits.nanosecondsLeft))
    return writer.bytes
  }

  package init?(_ bytes: [UInt8]) {
    var reader = RecordReader(bytes.span.bytes)
    guard reader.raw(4) == Self.magic, let id = reader.uint64(), let count = reader.number(),
      let kinds = reader.uint8(), let views = reader.uint8().flatMap({ ViewSet(code: $0) })
    else { return nil }
    var numbers: [Int] = []
    while let number = reader.number() { numbers.append(number) }
    guard reader.isAtEnd, numbers.count == 10 else { return nil }
    var limits = DecodingLimits()
    limits.bytes = numbers[0]
    limits.side = numbers[1]
    limits.pixels = numbers[2]
    limits.memory = numbers[3]
    limits.frames = numbers[4]
    limits.animationPixels = numbers[5]
    limits.views = numbers[6]
    limits.scans = numbers[7]
    limits.scanPixels = numbers[8]
    if numbers[9] > 0 { limits.deadline = .now + .nanoseconds(numbers[9]) }
    self.init(
      id: id, count: count,
      request: FingerprintRequest(
        kinds: Set(HashKind.allCases.filter { kinds & 1 << ($0.code - 1) != 0 }), views: views,
        limits: limits))
  }
}

/// The header of an answer: the request's id, the kind of content, and its length in bytes.
package struct WorkerAnswerHead: Sendable, Hashable {
  private static let magic = Array("HSW.".utf8)
  package static let byteCount = 4 + 8 + 1 + 4

  /// A generous upper bound, in bytes, for any fingerprint made within these limits.
  package static func longestAnswer(_ limits: DecodingLimits) -> Int {
    let (frames, views) = (min(limits.frames, 1 << 24), min(limits.views, 1 << 24))
    return 4096 + 128 * frames + 80 * (views + 1024)
  }

  package enum Content: UInt8, Sendable {
    case fingerprint = 1
    case error = 2
  }

  package let id: UInt64
  package let content: Content
  package let count: Int

  package init(id: UInt64, content: Content, count: Int) {
    self.id = id
    self.content = content
    self.count = count
  }

  package var bytes: [UInt8] {
    var writer = RecordWriter(capacity: Self.byteCount)
    writer.append(raw: Self.magic)
    writer.append(id)
    writer.append(content.rawValue)
    writer.append(UInt32(clamping: count))
    return writer.bytes
  }

  /// - Parameter longest: The most bytes accepted, see ``longestAnswer(_:)``; `nil` when more are announced.
  package init?(_ bytes: [UInt8], longest: Int) {
    var reader = RecordReader(bytes.span.bytes)
    guard reader.raw(4) == Self.magic, let id = reader.uint64(),
      let content = reader.uint8().flatMap({ Content(rawValue: $0) }),
      let count = reader.uint32(), count <= longest, reader.isAtEnd
    else { return nil }
    self.init(id: id, content: content, count: Int(count))
  }
}

extension ViewSet {
  fileprivate var code: UInt8 {
    switch self {
    case .none: 0
    case .queried(let effort): effort.code
    case .crops: 255
    }
  }

  fileprivate init?(code: UInt8) {
    switch code {
    case 0: self = .none
    case 255: self = .crops
    default:
      guard let effort = Effort(code: code) else { return nil }
      self = .queried(effort)
    }
  }
}

extension RecordReader {
  fileprivate mutating func number() -> Int? { uint64().flatMap { Int(exactly: $0) } }
}
