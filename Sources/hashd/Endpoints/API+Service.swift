import HashEngine
import Hummingbird
import NIOCore

extension API {
  /// `GET /v1/health`: both of the next in one; 200 as long as the daemon lives.
  func health(_ request: Request, _ context: APIContext) throws -> Response {
    _ = try Query(request, [])
    return .json(readiness)
  }

  /// `GET /v1/health/live`: the daemon answers.
  func live(_ request: Request, _ context: APIContext) throws -> Response {
    try health(request, context)
  }

  /// `GET /v1/health/ready`: 200 when pictures can be scanned, else 503.
  func ready(_ request: Request, _ context: APIContext) throws -> Response {
    _ = try Query(request, [])
    let health = readiness
    return .json(health, status: health.ready ? .ok : .serviceUnavailable)
  }

  /// Read here, and not by a worker, since it says how the daemon is when all of them are busy; it is a few
  /// pages of the map.
  private var readiness: HealthAnswer {
    do {
      let count = try store.lists().count { $0.canMatch(at: .now) }
      let reason =
        count == 0
        ? "no list is in force"
        : decoders.isAble ? nil : "the programs that decode pictures do not start"
      return HealthAnswer(
        live: true, ready: reason == nil, reason: reason, lists: count,
        confinement: decoders.levelText)
    } catch {
      return HealthAnswer(
        live: true, ready: false, reason: APIError.storageMessage, lists: 0,
        confinement: decoders.levelText)
    }
  }

  /// `GET /v1/version`.
  func version(_ request: Request, _ context: APIContext) throws -> Response {
    _ = try Query(request, [])
    return .json(
      VersionAnswer(
        version: Version.text, api: "v1", kinds: HashKind.allCases,
        formats: ImageFormat.allCases))
  }

  /// `GET /metrics`, for Prometheus.
  func metrics(_ request: Request, _ context: APIContext) async throws -> Response {
    _ = try Query(request, [])
    let (text, _) = try await jobs.run {
      try metrics.text(
        lists: store.lists().map { list in
          let latest = try? store.latestReceipt(of: list.name)
          return (list, changed: latest?.at)
        }, waiting: jobs.waiting, bytesInFlight: reading.ledger.inUse)
    }
    return Response(
      status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }

  /// `GET /openapi.json`.
  func openAPI(_ request: Request, _ context: APIContext) throws -> Response {
    _ = try Query(request, [])
    return Response(
      status: .ok, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_json)))
  }
}
