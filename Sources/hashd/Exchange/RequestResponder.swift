import HTTPTypes
import HashEngine
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// Answers a connection's requests, and logs each on one line.
struct RequestResponder: Sendable {
  let router: RouterResponder<APIContext>
  let isUnix: Bool
  let needsToken: Bool
  /// Whether the daemon is ending: each answer is then the last of its connection.
  let isEnding: @Sendable () -> Bool
  let metrics: DaemonMetrics
  let logger: Logger

  func respond(
    to request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel
  ) async throws {
    var request = request
    let pathToken = Self.takeToken(from: &request)
    let exchange = Exchange(
      channel: channel, isUnix: isUnix, needsToken: needsToken, pathToken: pathToken,
      expectsContinue: request.headers[.expect]?.lowercased() == "100-continue")
    let context = APIContext(
      source: APIContext.Source(logger: logger, exchange: exchange))
    // ``ErrorAnswers`` has turned errors into responses.
    var response = try await router.respond(to: request, context: context)
    response.headers[.server] = "hashd"
    let noted = exchange.noted
    // A client that got no `100 Continue` may send its body or not: the next bytes could be anything.
    let closes =
      isEnding() || noted.body == .abandoned
      || (noted.body == .untouched && exchange.expectsContinue)
    if closes { response.headers[.connection] = "close" }
    if request.method == .head { response.body = ResponseBody() }
    // Logged before it is sent, so that every answer is on record whatever happens next.
    log(request, status: response.status, noted, exchange)
    try await writer.write(response: response.head, body: response.body)
    if closes { await close(channel) }
  }

  /// Takes `/t/TOKEN` off the path's beginning, for clients that can send no header. Nothing behind this sees the token,
  /// no log either.
  private static func takeToken(from request: inout Request) -> String? {
    guard let path = request.head.path, path.hasPrefix("/t/") else { return nil }
    let rest = path.dropFirst(3)
    let end = rest.firstIndex(where: { $0 == "/" || $0 == "?" }) ?? rest.endIndex
    var head = request.head
    head.path = rest[end...].hasPrefix("/") ? String(rest[end...]) : "/" + rest[end...]
    request = Request(head: head, body: request.body)
    return String(rest[..<end])
  }

  /// Ends our side first: closing at once while the client still sends could lose it the answer.
  private func close(_ channel: any Channel) async {
    try? await channel.close(mode: .output)
    channel.eventLoop.scheduleTask(in: .milliseconds(500)) { channel.close(promise: nil) }
  }

  private func log(
    _ request: Request, status: HTTPResponse.Status, _ notes: Exchange.Notes,
    _ exchange: Exchange
  ) {
    let total = ContinuousClock.now - exchange.start
    metrics.answered(notes, status: status.code, in: total)
    let level: Logger.Level = status.code >= 500 ? .warning : .info
    guard logger.logLevel <= level else { return }
    var line: Logger.Metadata = [
      "request_id": "\(exchange.id)", "method": "\(request.method.rawValue)",
      "endpoint": "\(notes.endpoint ?? "unknown")", "status": .stringConvertible(status.code),
      "bytes": .stringConvertible(notes.bytes), "total_us": .stringConvertible(total.microseconds),
    ]
    line["error"] = notes.errorCode.map { "\($0)" }
    line["verdict"] = notes.verdict.map { "\($0)" }
    line["action"] = notes.action.map { "\($0.rawValue)" }
    if !notes.lists.isEmpty { line["lists"] = .array(notes.lists.map { "\($0)" }) }
    if !notes.entries.isEmpty { line["entries"] = .array(notes.entries.map { "\($0)" }) }
    line["distance"] = notes.distance.map { .stringConvertible($0) }
    line["client"] = notes.client?.token.map { "\($0)" }
    if notes.isChange { line["user"] = notes.client?.user.map { .stringConvertible(Int($0)) } }
    line["uploader"] = notes.uploader.map { "\($0)" }
    line["reference"] = notes.reference.map { "\($0)" }
    line["queue_us"] = notes.waited.map { .stringConvertible($0.microseconds) }
    line["decode_us"] = notes.decoding.map { .stringConvertible($0.microseconds) }
    line["lookup_us"] = notes.lookup.map { .stringConvertible($0.microseconds) }
    logger.log(level: level, "request", metadata: line)
  }
}

extension Duration {
  /// Whole microseconds.
  var microseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
  }
}
