import HTTPTypes
import Hummingbird

/// Refuses requests over TCP that are not meant for this machine. A web page in a local browser can make its
/// own host name resolve to the loopback interface; its requests still carry that name, or an `Origin`.
struct LoopbackNames: RouterMiddleware {
  typealias Context = APIContext

  func handle(
    _ request: Request, context: APIContext,
    next: (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    if !context.exchange.isUnix {
      guard request.headers[.origin] == nil, let host = request.head.authority,
        Self.isLoopback(host)
      else {
        throw APIError(
          .misdirectedRequest, "not-for-this-host",
          "over TCP this daemon serves only programs on its own machine, not web pages")
      }
    }
    return try await next(request, context)
  }

  private static func isLoopback(_ authority: String) -> Bool {
    // Without the port.
    let host = authority.replacing(/:[0-9]*$/, with: "")
    return ["localhost", "127.0.0.1", "[::1]"].contains(host.lowercased())
  }
}
