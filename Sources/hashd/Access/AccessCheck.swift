import HTTPTypes
import Hummingbird

/// Finds out who sent a request, and refuses what is not meant for this daemon.
struct AccessCheck: RouterMiddleware {
  typealias Context = APIContext

  let tokens: TokenFile
  /// Names of hosts under which the daemon may be asked, besides its own addresses.
  let hosts: @Sendable () -> Set<String>
  /// What a user of the Unix socket may do.
  let rights: @Sendable (UInt32) -> Set<Right>

  func handle(
    _ request: Request, context: APIContext,
    next: (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    let exchange = context.exchange
    if !exchange.isUnix { try checkHost(request, exchange) }
    let client = try await client(of: request, exchange)
    exchange.note { $0.client = client }
    return try await next(request, context)
  }

  /// A web page in a browser on this machine can make its own host name resolve to the daemon's address. Its requests
  /// still carry that name, or an `Origin`.
  private func checkHost(_ request: Request, _ exchange: Exchange) throws(APIError) {
    guard request.headers[.origin] == nil, let authority = request.head.authority,
      isOurs(authority, exchange)
    else {
      throw APIError(
        .misdirectedRequest, "not-for-this-host",
        "over TCP this daemon serves programs, not web pages, and only under its own address or a name in the"
          + " setting \"tcp.hosts\"")
    }
  }

  private func isOurs(_ authority: String, _ exchange: Exchange) -> Bool {
    // Without the port.
    let host = authority.replacing(/:[0-9]*$/, with: "").lowercased()
    if ["localhost", "127.0.0.1", "[::1]"].contains(host) || hosts().contains(host) { return true }
    guard let own = exchange.channel.localAddress?.ipAddress else { return false }
    // A socket for IPv6 shows the addresses of IPv4 so.
    let plain = own.hasPrefix("::ffff:") ? String(own.dropFirst(7)) : own
    return [own, plain, "[\(own)]"].contains(host)
  }

  private func client(of request: Request, _ exchange: Exchange) async throws(APIError) -> Client {
    if let secret = exchange.pathToken ?? Self.bearer(request) {
      guard let token = try known(secret) else { throw Self.unauthorized }
      return Client(token: token.name, user: await exchange.peer.user, rights: token.rights)
    }
    guard !exchange.needsToken else { throw Self.unauthorized }
    guard let user = await exchange.peer.user else {
      // A program of this machine.
      return Client(token: nil, user: nil, rights: [.ask])
    }
    return Client(token: nil, user: user, rights: rights(user))
  }

  private func known(_ secret: String) throws(APIError) -> AccessToken? {
    do throws(StartError) {
      return try tokens.token(for: secret)
    } catch {
      throw APIError(
        .internalServerError, "failed",
        "the file of the tokens cannot be read; \"hashd check\" says why")
    }
  }

  /// The secret in `Authorization: Bearer …`.
  private static func bearer(_ request: Request) -> String? {
    guard let field = request.headers[.authorization] else { return nil }
    let parts = field.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    return String(parts[1]).trimmingPrefix(while: { $0 == " " }).description
  }

  private static var unauthorized: APIError {
    var error = APIError(
      .unauthorized, "unauthorized",
      "a token is needed, as \"Authorization: Bearer TOKEN\" or in the path as /t/TOKEN/v1/…; this one is missing,"
        + " unknown or revoked")
    error.headers[.wwwAuthenticate] = "Bearer"
    return error
  }
}
