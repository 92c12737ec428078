import HTTPTypes
import HashEngine
import Hummingbird
import NIOCore

/// A list that was searched, and the state it was in.
struct ListVersionAnswer: Encodable {
  let list: String
  let serial: Int
  let inForce: Bool

  enum CodingKeys: String, CodingKey {
    case list, serial
    case inForce = "in_force"
  }

  init(_ version: ListVersion) {
    list = version.name
    serial = version.serial
    inForce = version.isInForce
  }
}

/// What was found out about a picture besides its matches.
struct PictureAnswer: Encodable {
  let format: ImageFormat
  let width: Int
  let height: Int
  let frames: Int
  /// The EXIF orientation, 1 to 8; 1 is as stored.
  let orientation: Int
  /// The PDQ quality of the first frame, 0 to 100.
  let quality: Int?
  /// Whether it is too flat for its perceptual hashes to be compared.
  let lacksDetail: Bool
  /// The media type of what lies behind it; `nil` for nothing.
  let trailing: String?
  /// Whether the file says where it was taken.
  let hasLocation: Bool
  /// Why it was not decoded to its end; `nil` when it was.
  let incomplete: ReasonReport?

  enum CodingKeys: String, CodingKey {
    case format, width, height, frames, orientation, quality
    case lacksDetail = "lacks_detail"
    case trailing
    case hasLocation = "has_location"
    case incomplete
  }

  init(_ fingerprint: Fingerprint, lacksDetail: Bool) {
    format = fingerprint.format
    width = fingerprint.width
    height = fingerprint.height
    frames = fingerprint.frameCount
    orientation = fingerprint.orientation.rawValue
    quality = fingerprint.pdq?.quality
    self.lacksDetail = lacksDetail
    trailing = fingerprint.trailing
    hasLocation = fingerprint.hasLocation
    if case .partial(let reason) = fingerprint.completeness {
      incomplete = ReasonReport(reason)
    } else {
      incomplete = nil
    }
  }
}

/// Microseconds that a request took.
struct TimingsAnswer: Encodable {
  /// Waiting for a worker.
  let queue: Int64
  let decode: Int64?
  let lookup: Int64?
  /// From the request's header to this answer.
  let total: Int64

  enum CodingKeys: String, CodingKey {
    case queue = "queue_us"
    case decode = "decode_us"
    case lookup = "lookup_us"
    case total = "total_us"
  }
}

/// `match` or `no_match`. A picture that was not scanned gets an error answer instead.
enum VerdictAnswer: String, Encodable {
  case match
  case noMatch = "no_match"
}

struct MatchAnswer: Encodable {
  let requestID: String
  let verdict: VerdictAnswer
  /// What to do with the picture, according to its matches; `allow` when there are none.
  let action: ListMeaning
  let matches: [MatchReport]
  /// `nil` when a digest of the bytes is listed, but no picture could be decoded from them.
  let picture: PictureAnswer?
  let lists: [ListVersionAnswer]
  let uploader: String?
  let reference: String?
  /// How many hashes of the picture were looked up.
  let hashesAsked: Int
  let timings: TimingsAnswer

  enum CodingKeys: String, CodingKey {
    case requestID = "request_id"
    case verdict, action, matches, picture, lists, uploader, reference
    case hashesAsked = "hashes_asked"
    case timings
  }
}

struct LookupAnswer: Encodable {
  struct Result: Encodable {
    let verdict: VerdictAnswer
    let action: ListMeaning
    let matches: [MatchReport]
    /// True for a hash that says nothing about a picture (all bits equal; no list has one), else `nil`.
    let degenerate: Bool?

    init(_ examination: HashExamination, isDegenerate: Bool) {
      matches = examination.matches.map { MatchReport($0) }
      verdict = matches.isEmpty ? .noMatch : .match
      action = examination.action ?? .allow
      degenerate = isDegenerate ? true : nil
    }
  }

  let requestID: String
  /// In the order of the hashes.
  let results: [Result]
  let lists: [ListVersionAnswer]
  let timings: TimingsAnswer

  enum CodingKeys: String, CodingKey {
    case requestID = "request_id"
    case results, lists, timings
  }
}

struct HashAnswer: Encodable {
  let requestID: String
  let picture: PictureAnswer
  let frames: [FrameReport]
  let digests: [String: String]?

  enum CodingKeys: String, CodingKey {
    case requestID = "request_id"
    case picture, frames, digests
  }
}

struct ListsAnswer: Encodable {
  let requestID: String
  let lists: [ListReport]

  enum CodingKeys: String, CodingKey {
    case requestID = "request_id"
    case lists
  }
}

/// The changes of a list, the oldest first.
struct HistoryAnswer: Encodable {
  let requestID: String
  let list: String
  let changes: [ReceiptReport]

  enum CodingKeys: String, CodingKey {
    case requestID = "request_id"
    case list, changes
  }
}

/// What a change did.
struct ChangeAnswer: Encodable {
  let requestID: String
  let list: String
  /// The entry that was added or withdrawn; `nil` for an import.
  var entry: String?
  /// True when the picture has too little detail for a perceptual hash: only equal bytes match. Else `nil`.
  var exactOnly: Bool?
  let serial: Int
  let receipt: ReceiptReport

  enum CodingKeys: String, CodingKey {
    case requestID = "request_id"
    case list, entry
    case exactOnly = "exact_only"
    case serial, receipt
  }

  init(
    _ receipt: Receipt, requestID: String, entry: String? = nil, exactOnly: Bool? = nil
  ) {
    self.requestID = requestID
    list = receipt.list
    self.entry = entry
    self.exactOnly = exactOnly
    serial = receipt.serialAfter
    self.receipt = ReceiptReport(receipt, tellsCompleteness: receipt.action == .import)
  }
}

struct HealthAnswer: Encodable {
  let live: Bool
  let ready: Bool
  /// Why it is not ready; `nil` when it is.
  let reason: String?
  let lists: Int
  /// Lists whose last import is older than it may be; `nil` for none.
  let stale: [String]?
  /// Lists that have expired; `nil` for none.
  let expired: [String]?
  /// How far decoders are confined.
  let confinement: String
}

struct VersionAnswer: Encodable {
  let version: String
  let api: String
  let kinds: [HashKind]
  let formats: [ImageFormat]
}

struct ErrorAnswer: Encodable {
  struct Problem: Encodable {
    let code: String
    let message: String
  }

  let error: Problem
  let requestID: String

  enum CodingKeys: String, CodingKey {
    case error
    case requestID = "request_id"
  }

  init(_ error: APIError, requestID: String) {
    self.error = Problem(code: error.code, message: error.message)
    self.requestID = requestID
  }
}

extension Encodable {
  /// The JSON that is sent.
  var json: [UInt8] {
    // Answers hold only values that JSON can represent, so encoding does not fail.
    (try? JSONText.encode(self)) ?? Array("{}".utf8)
  }
}

extension Response {
  static func json(_ answer: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
    let bytes = answer.json
    return Response(
      status: status,
      headers: [.contentType: "application/json", .contentLength: String(bytes.count)],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
