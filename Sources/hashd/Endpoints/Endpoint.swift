import HTTPTypes
import Hummingbird

/// A method and a path, with their handler.
struct Endpoint: Sendable {
  let method: HTTPRequest.Method
  let path: String
  let answer: @Sendable (API, Request, APIContext) async throws -> Response

  /// Every endpoint; `openapi.json` describes the same ones.
  static let all: [Endpoint] = [
    Endpoint(method: .post, path: "/v1/match") { try await $0.match($1, $2) },
    Endpoint(method: .post, path: "/v1/hash") { try await $0.hash($1, $2) },
    Endpoint(method: .post, path: "/v1/lookup") { try await $0.lookup($1, $2) },
    Endpoint(method: .get, path: "/v1/lists") { try await $0.lists($1, $2) },
    Endpoint(method: .post, path: "/v1/lists/{name}/entries") { try await $0.takeDown($1, $2) },
    Endpoint(method: .delete, path: "/v1/lists/{name}/entries/{id}") {
      try await $0.withdraw($1, $2)
    },
    Endpoint(method: .post, path: "/v1/lists/{name}/import") { try await $0.importList($1, $2) },
    Endpoint(method: .get, path: "/v1/health") { try $0.health($1, $2) },
    Endpoint(method: .get, path: "/v1/health/live") { try $0.live($1, $2) },
    Endpoint(method: .get, path: "/v1/health/ready") { try $0.ready($1, $2) },
    Endpoint(method: .get, path: "/v1/version") { try $0.version($1, $2) },
    Endpoint(method: .get, path: "/metrics") { try await $0.metrics($1, $2) },
    Endpoint(method: .get, path: "/openapi.json") { try $0.openAPI($1, $2) },
  ]

  /// The error for a request that no endpoint takes: 404 for its path, 405 when only the method is wrong.
  static func refusal(of request: Request) -> APIError {
    let methods = all.filter { $0.matches(request.uri.path) }.map(\.method.rawValue)
    guard !methods.isEmpty else {
      return APIError(.notFound, "not-found", "there is nothing at this path")
    }
    var error = APIError(
      .methodNotAllowed, "method-not-allowed", "this path takes \(methods.joined(separator: ", "))")
    error.headers[.allow] = methods.joined(separator: ", ")
    return error
  }

  private func matches(_ path: String) -> Bool {
    let own = self.path.split(separator: "/")
    let other = path.split(separator: "/")
    return own.count == other.count
      && zip(own, other).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
  }
}
