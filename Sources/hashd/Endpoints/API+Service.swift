import HashEngine
import Hummingbird
import NIOCore

extension API {
  /// `GET /v1/health`: whether the daemon is live and ready; 200 as long as it runs.
  func health(_ request: Request, _ context: APIContext) throws -> Response {
    _ = try Query(request, [])
    return .json(readiness)
  }

  /// `GET /v1/health/live`: the same answer, for liveness checks.
  func live(_ request: Request, _ context: APIContext) throws -> Response {
    try health(request, context)
  }

  /// `GET /v1/health/ready`: 200 when pictures can be scanned, else 503.
  func ready(_ request: Request, _ context: APIContext) throws -> Response {
    _ = try Query(request, [])
    let health = readiness
    return .json(health, status: health.ready ? .ok : .serviceUnavailable)
  }

  /// Read right here and not as a job, so that health can be seen while all job threads are busy. It
  /// reads only a few pages of the memory-mapped database.
  private var readiness: HealthAnswer {
    let states: [ListVersion]
    do {
      states = try moderator(lists: nil).searchedLists()
    } catch {
      let storage = error as? StorageError ?? (error as? ListError)?.storage
      let message = storage.map { APIError($0).message } ?? APIError.storageMessage
      return HealthAnswer(
        live: true, ready: false, reason: message, lists: 0, stale: nil, expired: nil,
        confinement: decoders.levelText)
    }
    let count = states.count(where: \.canMatch)
    let reason =
      count == 0
      ? "no list is in force"
      : decoders.isAble ? nil : "the workers that decode pictures do not start"
    func names(_ isSuch: (ListVersion) -> Bool) -> [String]? {
      let names = states.filter(isSuch).map(\.name)
      return names.isEmpty ? nil : names
    }
    return HealthAnswer(
      live: true, ready: reason == nil, reason: reason, lists: count, stale: names(\.isStale),
      expired: names(\.isExpired), confinement: decoders.levelText)
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
      let store = try? lists.current()
      return metrics.text(
        lists: (try? store?.lists()) ?? [],
        states: (try? store.map { try Moderator($0).searchedLists() }) ?? [],
        waiting: jobs.waiting, bytesInFlight: reading.ledger.inUse)
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
