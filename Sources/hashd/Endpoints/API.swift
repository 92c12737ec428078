import HashEngine
import Hummingbird
import Logging

/// What all endpoints share.
struct API: Sendable {
  let settingsInForce: SettingsInForce
  let lists: OpenLists
  let tokens: TokenFile
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
    router.add(
      middleware: AccessCheck(
        tokens: tokens, hosts: { settings.hosts }, rights: { settings.rights(of: $0) }))
    for endpoint in Endpoint.all {
      router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
        try Self.require(endpoint.right, context.exchange)
        return try await endpoint.answer(self, request, context)
      }
    }
    return router.buildResponder()
  }

  /// The settings that count now.
  var settings: Settings { settingsInForce.current }

  /// The moderator for one request.
  func moderator(
    lists: Set<String>?, kinds: Set<HashKind>? = nil, effort: Effort? = nil,
    limits: DecodingLimits = DecodingLimits()
  ) throws(StorageError) -> Moderator {
    Moderator(
      try self.lists.current(),
      policy: MatchPolicy(
        effort: effort, lists: lists, kinds: kinds, limits: limits,
        trailingData: settings.trailingData),
      fingerprinter: decoders.fingerprinter)
  }

  /// Makes sure that the client has a right.
  ///
  /// - Throws: ``APIError`` 403.
  private static func require(_ right: Right?, _ exchange: Exchange) throws(APIError) {
    guard let right else { return }
    let client = exchange.noted.client
    exchange.note { $0.isChange = right == .change }
    guard client?.rights.contains(right) ?? false else {
      throw APIError(.forbidden, "forbidden", refusal(of: right, client))
    }
  }

  private static func refusal(of right: Right, _ client: Client?) -> String {
    let deed =
      switch right {
      case .ask: "ask"
      case .history: "read the lists' histories"
      case .change: "change lists"
      }
    if let token = client?.token {
      return
        "token \(token) has no right to \(deed); \"hashd token add \(token) --rights …\" gives it"
    }
    guard let user = client?.user else { return "without a token, clients on TCP may only ask" }
    return
      "user \(user) may not \(deed); see the setting \"\(right == .history ? "readers" : "writers")\""
  }

  /// The client as the author of a change.
  func author(_ exchange: Exchange) -> Author {
    let client = exchange.noted.client
    return Author(uid: client?.user, client: client?.token)
  }
}
