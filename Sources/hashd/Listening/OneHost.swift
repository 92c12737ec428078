import NIOCore
import NIOHTTP1

/// Makes sure that a request says one host only: programs on the way could go by the one, and this one by the other.
///
/// A request with several `Host` fields is not valid HTTP. In a request for a whole address (`GET http://host/path`)
/// that host counts, as RFC 9112, section 3.2.2, has it.
final class OneHost: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart

  /// Whether a request was refused; its connection is closed then.
  private var isRefused = false

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    // Nothing behind a refused request is read: the client would take its answer for that of the refused one.
    guard !isRefused else { return }
    guard case .head(var head) = unwrapInboundIn(data) else {
      context.fireChannelRead(data)
      return
    }
    guard head.headers["host"].count <= 1 else {
      isRefused = true
      context.fireErrorCaught(HTTPParserError.invalidHeaderToken)
      return
    }
    if let host = Self.host(in: head.uri) {
      head.headers.replaceOrAdd(name: "host", value: host)
      context.fireChannelRead(wrapInboundOut(.head(head)))
    } else {
      context.fireChannelRead(data)
    }
  }

  /// The host of a whole address; `nil` for a path.
  private static func host(in target: String) -> String? {
    guard !target.hasPrefix("/"), let scheme = target.firstRange(of: "://") else { return nil }
    let rest = target[scheme.upperBound...]
    let authority = rest.prefix { !"/?#".contains($0) }
    // A name before the host is not part of it.
    return String(
      authority[
        (authority.lastIndex(of: "@").map { authority.index(after: $0) } ?? authority.startIndex)...
      ])
  }
}
