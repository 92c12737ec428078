import HTTPTypes
import Hummingbird

/// Takes requests over TCP only if they are meant for this machine. A web page that a browser here shows can
/// have a name of its own lead to the loopback interface; its requests still carry that name, or their origin.
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
          "over TCP this daemon answers programs of its own machine, not web pages")
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
