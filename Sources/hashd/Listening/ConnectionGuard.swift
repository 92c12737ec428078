import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Why a request's body broke off.
enum BodyError: Error {
  /// It did not arrive in time.
  case tooSlow
  /// It was cut to make room for others.
  case cut
}

/// Enforces one connection's timeouts and limits: for the header, the body, the answer, and the part of a
/// body that still arrives after its answer.
///
/// Sees parsed HTTP parts, and puts a ``HeaderClock`` before the parser. Runs on its event loop only.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let connections: Connections
  private let timeouts: Settings.Timeouts
  /// How many bytes of an answered request are read and thrown away, so that the client sees the answer.
  private let maximumDiscarded: Int
  private let isUnix: Bool
  private let logger: Logger

  /// How many more bytes of a body count as progress.
  private static let step = 1 << 16

  /// The number of requests whose answer is not complete.
  private var open = 0
  /// What follows is not valid HTTP; it is refused once the earlier requests are answered.
  private var isBroken = false
  private var isReadingBody = false
  /// Whether a request was answered on this connection.
  private var hasAnswered = false
  private var discarded = 0
  /// Bytes of the body since its last progress.
  private var arrived = 0
  /// When the last byte of a request came.
  private var lastByte = NIODeadline.now()
  private var header: Scheduled<Void>?
  private var body: Scheduled<Void>?
  private var answer: Scheduled<Void>?

  init(
    _ connections: Connections, isUnix: Bool, timeouts: Settings.Timeouts, maximumDiscarded: Int,
    logger: Logger
  ) {
    self.isUnix = isUnix
    self.logger = logger
    self.connections = connections
    self.timeouts = timeouts
    self.maximumDiscarded = maximumDiscarded
  }

  func handlerAdded(context: ChannelHandlerContext) {
    guard connections.add(context.channel, isUnix: isUnix) else {
      context.close(promise: nil)
      return
    }
    let clock = HeaderClock { [weak self] in self?.bytesCame(context) }
    try? context.pipeline.syncOperations.addHandler(clock, position: .first)
    if let codec = try? context.pipeline.syncOperations.handler(type: HTTP1ToHTTPServerCodec.self) {
      try? context.pipeline.syncOperations.addHandler(OneHost(), position: .before(codec))
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    for timer in [header, body, answer] { timer?.cancel() }
    connections.remove(context.channel)
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { connections.remove(context.channel) }

  private func bytesCame(_ context: ChannelHandlerContext) {
    lastByte = .now()
    guard header == nil, open == 0, !isReadingBody else { return }
    header = schedule(timeouts.header, context) { handler, context in
      handler.refuse(
        context, status: .requestTimeout, code: "header-timeout", "the header took too long")
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head:
      header?.cancel()
      header = nil
      connections.set(.sending(.now()), context.channel)
      arrived = 0
      open += 1
      isReadingBody = true
      discarded = 0
      body = schedule(timeouts.body, context) { _, context in
        context.fireErrorCaught(BodyError.tooSlow)
      }
    case .body(let bytes):
      arrived += bytes.readableBytes
      if arrived >= Self.step {
        arrived = 0
        connections.set(.sending(.now()), context.channel)
      }
      // The request is answered, but its body still arrives.
      if open == 0 {
        discarded += bytes.readableBytes
        if discarded > maximumDiscarded { context.close(promise: nil) }
      }
    case .end:
      isReadingBody = false
      body?.cancel()
      connections.set(open == 0 ? .idle(.now()) : .answered, context.channel)
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let head) where head.status.kind != .informational:
      answer = schedule(timeouts.write, context) { _, context in context.close(promise: nil) }
      context.write(data, promise: promise)
    case .end:
      open -= 1
      hasAnswered = true
      if open == 0, !isReadingBody { connections.set(.idle(.now()), context.channel) }
      let done = promise ?? context.eventLoop.makePromise()
      let timer = answer
      done.futureResult.whenComplete { _ in timer?.cancel() }
      context.write(data, promise: done)
      if open == 0, isBroken { refuseWhatFollows(context) }
    case .head, .body:
      context.write(data, promise: promise)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard let ending = event as? Connections.Ending else {
      context.fireUserInboundEventTriggered(event)
      return
    }
    let isWaiting = open == 0 && !isReadingBody
    switch ending {
    case .gently: if isWaiting, header == nil, isUnix, hasAnswered { endInput(context) }
    case .now:
      let hasStalled = isReadingBody && NIODeadline.now() - lastByte > Self.longestPause
      if isWaiting || hasStalled { context.close(promise: nil) }
    }
  }

  /// How long a body may pause when the daemon ends.
  private static let longestPause = TimeAmount.seconds(1)

  /// Takes no more bytes from the client. On a Unix socket this happens at one moment: what was sent before is still
  /// read and answered, and what the client sends after fails at its side, so that it knows.
  private func endInput(_ context: ChannelHandlerContext) {
    let isEnded = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(
      of: NIOBSDSocket.Handle.self
    ) { shutdown($0, CInt(SHUT_RD)) == 0 }
    if isEnded != true { context.close(promise: nil) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // While a body is read, its reader answers; before a request only this handler can.
    guard error is HTTPParserError, !isReadingBody else {
      context.fireErrorCaught(error)
      return
    }
    guard !isBroken else { return }
    isBroken = true
    if open == 0 { refuseWhatFollows(context) }
  }

  private func refuseWhatFollows(_ context: ChannelHandlerContext) {
    refuse(context, status: .badRequest, code: "bad-request", "not a valid HTTP/1.1 request")
  }

  /// Sends an error for bytes that never became a request, and closes the connection.
  private func refuse(
    _ context: ChannelHandlerContext, status: HTTPResponse.Status, code: String, _ message: String
  ) {
    let error = APIError(status, code, message)
    let id = RequestID.next()
    logger.info(
      "request",
      metadata: [
        "request_id": "\(id)", "endpoint": "unknown", "status": .stringConvertible(status.code),
        "error": "\(code)",
      ])
    let content = ByteBuffer(bytes: ErrorAnswer(error, requestID: id).json)
    let fields: HTTPFields = [
      .contentType: "application/json", .contentLength: String(content.readableBytes),
      .connection: "close",
    ]
    context.write(
      wrapOutboundOut(.head(HTTPResponse(status: status, headerFields: fields))), promise: nil)
    context.write(wrapOutboundOut(.body(content)), promise: nil)
    let isWritten = context.eventLoop.makePromise(of: Void.self)
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    isWritten.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: isWritten)
  }

  private func schedule(
    _ time: Duration, _ context: ChannelHandlerContext,
    _ action: @escaping (ConnectionGuard, ChannelHandlerContext) -> Void
  ) -> Scheduled<Void> {
    let bound = NIOLoopBound(
      (handler: self, context: context, action: action), eventLoop: context.eventLoop)
    return context.eventLoop.scheduleTask(in: TimeAmount(time)) {
      let (handler, context, action) = bound.value
      action(handler, context)
    }
  }
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}

/// Reports that bytes have arrived, before they are parsed.
private final class HeaderClock: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let bytesCame: () -> Void

  init(bytesCame: @escaping () -> Void) { self.bytesCame = bytesCame }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    bytesCame()
    context.fireChannelRead(data)
  }
}
