import HashEngine
import Hummingbird
import Logging

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What all endpoints share.
struct API: Sendable {
  let settings: Settings
  let store: ListStore
  let root: PathRoot?
  /// Jobs that decode and look up.
  let jobs: JobQueue
  let decoders: ChosenFingerprinter
  /// Jobs that change lists, one at a time; they never hold up the jobs that only read.
  let writers = JobQueue(threads: 1, waiting: 16)
  let reading: BodyReading
  let metrics: DaemonMetrics

  /// One responder for all endpoints; it turns errors into error answers.
  func responder() -> RouterResponder<APIContext> {
    let router = Router(context: APIContext.self)
    router.add(middleware: ErrorAnswers())
    router.add(middleware: LoopbackNames())
    for endpoint in Endpoint.all {
      router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
        try await endpoint.answer(self, request, context)
      }
    }
    return router.buildResponder()
  }

  /// The moderator for one request.
  func moderator(
    lists: Set<String>?, kinds: Set<HashKind>? = nil, effort: Effort? = nil,
    limits: DecodingLimits = DecodingLimits()
  ) -> Moderator {
    Moderator(
      store,
      policy: MatchPolicy(
        effort: effort, lists: lists, kinds: kinds, limits: limits,
        trailingData: settings.trailingData),
      fingerprinter: decoders.fingerprinter)
  }

  /// The client as the author of a change.
  ///
  /// - Throws: ``APIError`` 403 for clients that may not change lists.
  func requireWriter(_ exchange: Exchange) async throws(APIError) -> Author {
    guard let user = await exchange.peer.user else {
      throw APIError(.forbidden, "forbidden", "lists are changed over the Unix socket only")
    }
    guard user == 0 || user == getuid() || settings.writers.contains(user) else {
      throw APIError(
        .forbidden, "forbidden", "user \(user) may not change lists; see the setting \"writers\"")
    }
    exchange.note { $0.user = user }
    return Author(uid: user)
  }
}
