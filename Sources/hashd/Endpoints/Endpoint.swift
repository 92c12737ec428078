import HTTPTypes
import Hummingbird

/// A method and a path, with their handler.
struct Endpoint: Sendable {
  let method: HTTPRequest.Method
  let path: String
  /// What the client must be allowed to do; `nil` for what everybody may know who can connect.
  let right: Right?
  let answer: @Sendable (API, Request, APIContext) async throws -> Response

  /// Every endpoint; `openapi.json` describes the same ones.
  static let all: [Endpoint] = [
    Endpoint(method: .post, path: "/v1/match", right: .ask) { try await $0.match($1, $2) },
    Endpoint(method: .post, path: "/v1/hash", right: .ask) { try await $0.hash($1, $2) },
    Endpoint(method: .post, path: "/v1/lookup", right: .ask) { try await $0.lookup($1, $2) },
    Endpoint(method: .get, path: "/v1/lists", right: .ask) { try await $0.lists($1, $2) },
    Endpoint(method: .get, path: "/v1/lists/{name}/history", right: .history) {
      try await $0.history($1, $2)
    },
    Endpoint(method: .post, path: "/v1/lists/{name}/entries", right: .change) {
      try await $0.takeDown($1, $2)
    },
    Endpoint(method: .delete, path: "/v1/lists/{name}/entries/{id}", right: .change) {
      try await $0.withdraw($1, $2)
    },
    Endpoint(method: .post, path: "/v1/lists/{name}/import", right: .change) {
      try await $0.importList($1, $2)
    },
    Endpoint(method: .get, path: "/v1/health", right: nil) { try $0.health($1, $2) },
    Endpoint(method: .get, path: "/v1/health/live", right: nil) { try $0.live($1, $2) },
    Endpoint(method: .get, path: "/v1/health/ready", right: nil) { try $0.ready($1, $2) },
    Endpoint(method: .get, path: "/v1/version", right: nil) { try $0.version($1, $2) },
    Endpoint(method: .get, path: "/metrics", right: .ask) { try await $0.metrics($1, $2) },
    Endpoint(method: .get, path: "/openapi.json", right: nil) { try $0.openAPI($1, $2) },
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
