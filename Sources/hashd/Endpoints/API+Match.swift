import HTTPTypes
import HashEngine
import Hummingbird
import NIOCore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension HTTPField.Name {
  /// Why a picture was not scanned that a client wants let through; the code of the error that it would have been.
  fileprivate static let notScanned = HTTPField.Name("X-Not-Scanned") ?? .server
}

/// A picture that a client sent, or named.
enum SentPicture: Sendable {
  case bytes(HeldBody)
  case file([UInt8])

  func withSpan<Value, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    switch self {
    case .bytes(let held):
      let bytes = held.bytes
      return try body(bytes.readableBytesUInt8Span)
    case .file(let bytes):
      return try body(bytes.span)
    }
  }
}

extension API {
  /// `POST /v1/match`: is the picture on a list?
  func match(_ request: Request, _ context: APIContext) async throws -> Response {
    let exchange = context.exchange
    let query = try Query(
      request,
      [
        "lists", "kinds", "effort", "uploader", "reference", "on_match", "on_review",
        "on_unsupported", "on_not_scanned",
      ])
    let (lists, kinds) = (try query.names("lists"), try query.kinds())
    let effort = try query.effort()
    let (uploader, reference) = (try query.text("uploader"), try query.text("reference"))
    exchange.note {
      $0.uploader = uploader
      $0.reference = reference
    }
    let onBlock = try Self.status(query, "on_match")
    let onReview = try Self.status(query, "on_review")
    let passing = try Passing(query)
    let body: PictureBody
    switch await received(request, exchange) {
    case .success(let received): body = received
    case .failure(let error):
      guard passing.all, error.status == .contentTooLarge else { throw error }
      // What would be an error for any picture is one for this one, too.
      _ = try await jobs.run { [self] in _ = try moderator(lists: lists, kinds: kinds).checkLists()
      }
      return passed(error.code, exchange)
    }
    let ((examination, isDecodable), waited) = try await examined(body, exchange) { bytes, limits in
      let moderator = try moderator(lists: lists, kinds: kinds, effort: effort, limits: limits)
      return (try moderator.examine(bytes), (try? ImageDecoder.format(of: bytes)) != nil)
    }
    let verdict: VerdictAnswer
    let matches: [MatchReport]
    switch examination.verdict {
    case .match(let found):
      let isAnimation = examination.fingerprint.map { $0.frameCount > 1 } ?? false
      (verdict, matches) = (.match, found.map { MatchReport($0, isAnimation: isAnimation) })
      exchange.note {
        $0.lists = Set(found.map(\.list)).sorted()
        $0.entries = Set(found.map(\.entry)).sorted().prefix(10).map { $0 }
        $0.distance = found.first?.distance
      }
      metrics.matched(found)
    case .noMatch:
      (verdict, matches) = (.noMatch, [])
    case .notScanned(let reason):
      metrics.notScanned(reason)
      let refusal = refusal(reason, waited: waited)
      exchange.note { $0.waited = waited }
      // A daemon that is too busy says nothing about the picture.
      guard refusal.status != .serviceUnavailable, passing.takes(reason, isDecodable: isDecodable)
      else {
        throw refusal
      }
      return passed(reason.code.rawValue, exchange)
    }
    exchange.note {
      $0.verdict = verdict.rawValue
      $0.action = examination.action
      $0.waited = waited
      $0.decoding = examination.timings.decoding
      $0.lookup = examination.timings.lookup
    }
    let answer = MatchAnswer(
      requestID: exchange.id, verdict: verdict, action: examination.action ?? .allow,
      matches: matches,
      picture: examination.fingerprint.map {
        PictureAnswer($0, lacksDetail: examination.lacksDetail)
      },
      lists: examination.lists.map { ListVersionAnswer($0) }, uploader: uploader,
      reference: reference, hashesAsked: examination.lookups,
      timings: TimingsAnswer(
        queue: waited.microseconds, decode: examination.timings.decoding.microseconds,
        lookup: examination.timings.lookup.microseconds,
        total: (ContinuousClock.now - exchange.start).microseconds))
    let status: HTTPResponse.Status? =
      switch examination.action {
      case .block: onBlock
      case .review: onReview
      case .allow, nil: nil
      }
    return .json(answer, status: status ?? .ok)
  }

  /// `POST /v1/hash`: the fingerprint; no list is searched.
  func hash(_ request: Request, _ context: APIContext) async throws -> Response {
    let exchange = context.exchange
    let kinds = try Query(request, ["kinds"]).kinds() ?? [.pdq, .sha256]
    let body = try await body(of: request, exchange)
    let (fingerprint, _) = try await examined(body, exchange) { bytes, limits throws(ImageError) in
      try decoders.fingerprinter.fingerprint(
        of: bytes, FingerprintRequest(kinds: kinds, limits: limits))
    }
    if case .partial(let reason) = fingerprint.completeness { throw APIError(reason) }
    return .json(
      HashAnswer(
        requestID: exchange.id,
        picture: PictureAnswer(
          fingerprint, lacksDetail: fingerprint.pdq.map { !$0.isListable } ?? false),
        frames: FrameReport.all(of: fingerprint), digests: fingerprint.digestTexts))
  }

  /// What a request carries: the picture's bytes, or the path of its file.
  enum PictureBody: Sendable {
    case bytes(HeldBody)
    case form(HeldBody, boundary: [UInt8])
    case path(String)
  }

  /// Reads the body. It is JSON with a path only if its type says JSON and it begins with `{`, and a form with the picture
  /// if its type says so; else it is the picture itself.
  func body(of request: Request, _ exchange: Exchange) async throws(APIError) -> PictureBody {
    let held = try await reading.collect(request, limit: settings.maximumBodyBytes, exchange)
    let type = request.headers[.contentType]?.lowercased() ?? ""
    if type.hasPrefix("application/json"),
      held.bytes.readableBytesView.first(where: { !" \t\r\n".utf8.contains($0) })
        == UInt8(ascii: "{")
    {
      return .path(try Self.path(in: held.bytes))
    }
    guard type.hasPrefix("multipart/") else { return .bytes(held) }
    guard type.hasPrefix("multipart/form-data"),
      let boundary = MultipartForm.boundary(in: request.headers[.contentType] ?? "")
    else { throw .badRequest("the content type is no multipart/form-data with one boundary") }
    return .form(held, boundary: boundary)
  }

  private func received(
    _ request: Request, _ exchange: Exchange
  ) async -> Result<PictureBody, APIError> {
    do throws(APIError) {
      return .success(try await body(of: request, exchange))
    } catch {
      return .failure(error)
    }
  }

  /// Examines a picture as a job, when its turn comes.
  ///
  /// - Parameter examine: Called with the bytes, and with limits that have this request's deadline.
  /// - Throws: ``APIError``, also instead of an `ImageError` of `examine`; its other errors as they are.
  func examined<Value: Sendable>(
    _ body: PictureBody, _ exchange: Exchange,
    _ examine: @escaping @Sendable (Span<UInt8>, DecodingLimits) throws -> Value
  ) async throws -> (value: Value, waited: Duration) {
    let start = ContinuousClock.now
    let deadline = start + settings.timeouts.request
    return try await jobs.run(by: deadline, for: await exchange.peer) {
      let begin = ContinuousClock.now
      var limits = settings.decoding
      limits.deadline = min(deadline, begin + settings.pictureTime)
      do {
        return try picture(body).withSpan { bytes in try examine(bytes, limits) }
      } catch let error as ImageError {
        throw refusal(error, waited: begin - start)
      }
    }
  }

  /// The error for a picture that was not scanned. Running out of time counts as "busy" and not against the
  /// picture, when waiting had left it less time than a picture may take.
  private func refusal(_ error: ImageError, waited: Duration) -> APIError {
    error.code == .timeLimit && waited + settings.pictureTime > settings.timeouts.request
      ? .busy("too-late", "waiting left too little time to scan the picture") : APIError(error)
  }

  /// The picture's bytes. Call it from a job, since it may read a file.
  func picture(_ body: PictureBody) throws(APIError) -> SentPicture {
    switch body {
    case .bytes(let held): return .bytes(held)
    case .form(let held, let boundary):
      do throws(MultipartForm.Refusal) {
        let form = held.bytes.readableBytesView
        return .bytes(held.part(try MultipartForm.file(in: Array(form), boundary: boundary)))
      } catch {
        throw .badRequest("the form cannot be used: \(error.reason)")
      }
    case .path(let path):
      guard let root = settingsInForce.root else {
        throw APIError(
          .forbidden, "paths-disabled", "scanning by path is off; see the setting \"path_root\"")
      }
      return .file(try root.read(path, limits: settings.decoding))
    }
  }

  private static func path(in bytes: ByteBuffer) throws(APIError) -> String {
    struct Named: Decodable { let path: String }
    guard bytes.readableBytes <= 1 << 16,
      let named = try? JSONDecoder().decode(Named.self, from: Data(bytes.readableBytesView))
    else { throw .badRequest("the JSON is not {\"path\": \"…\"}") }
    return named.path
  }

  /// 204: the picture was not scanned, and the client wants it let through all the same.
  private func passed(_ reason: String, _ exchange: Exchange) -> Response {
    exchange.note { $0.verdict = "not_scanned" }
    var response = Response(status: .noContent)
    response.headers[.notScanned] = reason
    return response
  }

  /// Which pictures a gate lets through although they were not scanned.
  private struct Passing {
    /// Files of formats that are not decoded, or of none that is known.
    let unsupported: Bool
    /// Whatever could not be scanned.
    let all: Bool

    init(_ query: Query) throws(APIError) {
      func isSet(_ name: String) throws(APIError) -> Bool {
        guard let text = query[name] else { return false }
        guard text == "204" else { throw .badRequest("\(name): must be 204") }
        return true
      }
      unsupported = try isSet("on_unsupported")
      all = try isSet("on_not_scanned")
    }

    /// - Parameter isDecodable: Whether the file has the signature of a format that is decoded.
    func takes(_ reason: ImageError, isDecodable: Bool) -> Bool {
      all
        || unsupported && !isDecodable
          && (reason.code == .notAnImage || reason.code == .unsupported)
    }
  }

  private static func status(
    _ query: Query, _ name: String
  ) throws(APIError) -> HTTPResponse.Status? {
    guard let text = query[name] else { return nil }
    guard text == "403" || text == "451", let code = Int(text) else {
      throw .badRequest("\(name): must be 403 or 451")
    }
    return HTTPResponse.Status(code: code)
  }
}
