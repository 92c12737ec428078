import Foundation
import HTTPTypes
import HashEngine
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import hashd

/// A daemon's endpoints without a socket or a process.
private struct Endpoints {
  let folder: TemporaryFolder
  let store: ListStore
  private let responder: RouterResponder<APIContext>

  init(mapSize: Int? = nil) throws {
    folder = try TemporaryFolder()
    store = try ListStore(at: folder.path("db"), creates: true, mapSize: mapSize)
    let settings = try Settings(
      SettingsSource(
        assignments: [("database", folder.path("db").string), ("confinement", "off")],
        environment: [:], file: nil), environment: ["HOME": "/home/x"])
    let connections = Connections(maximum: 4)
    let metrics = DaemonMetrics(connections: connections)
    let api = API(
      settingsInForce: try SettingsInForce(settings),
      lists: OpenLists(store, at: folder.path("db")),
      tokens: TokenFile(folder.path("tokens")),
      jobs: JobQueue(threads: 2, waiting: 8),
      decoders: try ChosenFingerprinter(.off, ConfinedFingerprinter.Options(workers: 1)),
      reading: BodyReading(ledger: BodyLedger(maximum: 64 << 20)), metrics: metrics)
    responder = api.responder()
  }

  /// As a client on the Unix socket who may change lists.
  func respond(
    _ method: HTTPRequest.Method, _ path: String, _ body: [UInt8] = [],
    headers: HTTPFields = [:]
  ) async throws -> (status: Int, json: [String: Any], text: String) {
    let channel = EmbeddedChannel()
    let exchange = Exchange(channel: channel, isUnix: true, expectsContinue: false, peer: .user(0))
    var fields = headers
    fields[.contentLength] = "\(body.count)"
    let request = Request(
      head: HTTPRequest(
        method: method, scheme: "http", authority: "localhost", path: path, headerFields: fields),
      body: RequestBody(buffer: ByteBuffer(bytes: body)))
    let context = APIContext(
      source: APIContext.Source(logger: Logger(label: "test"), exchange: exchange))
    let response = try await responder.respond(to: request, context: context)
    let collector = Collector()
    try await response.body.write(collector)
    let text = String(buffer: collector.bytes.withLock { $0 })
    let json = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    return (response.status.code, json ?? [:], text)
  }
}

/// Keeps what is written.
private final class Collector: ResponseBodyWriter, Sendable {
  let bytes = Mutex(ByteBuffer())

  func write(_ buffer: ByteBuffer) async throws {
    _ = bytes.withLock { $0.writeImmutableBuffer(buffer) }
  }
  func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

/// What each endpoint answers, without a socket: codes, and whatever a request may contain.
@Suite struct AnswersTests {
  private static let hash = String(repeating: "0f1e", count: 16)

  @Test func aFullDiskIs507() async throws {
    let endpoints = try Endpoints(mapSize: 1 << 18)
    var random = SeededGenerator(seed: 31)
    let lines = (0..<20_000).map { _ in
      (0..<4).map { _ in String(random.next() | 1 << 63, radix: 16) }.joined() + "\n"
    }
    let few = Array(lines[..<10].joined().utf8)
    let done = try await endpoints.respond(.post, "/v1/lists/l/import?kind=pdq", few)
    #expect(done.status == 200, "\(done.text)")
    let full = try await endpoints.respond(
      .post, "/v1/lists/l/import?kind=pdq", Array(lines.joined().utf8))
    #expect(full.status == 507)
    #expect((full.json["error"] as? [String: Any])?["code"] as? String == "no-room")
    // Nothing was kept of it, and no path of this machine is in the answer.
    #expect(try endpoints.store.list("l").count == 10)
    #expect(!full.text.contains(endpoints.folder.path.string))
  }

  @Test func errorsHaveTheirCodes() async throws {
    let endpoints = try Endpoints()
    let expected: [(HTTPRequest.Method, String, String, Int, String)] = [
      (.post, "/v1/lookup", #"{"kind":"pdq","hashes":["\#(Self.hash)"]}"#, 503, "no-lists"),
      (.post, "/v1/lookup?lists=none", #"{"kind":"pdq","hashes":[]}"#, 404, "unknown-list"),
      (.post, "/v1/lookup", "{", 400, "bad-request"),
      (.post, "/v1/match", "no picture", 503, "no-lists"),
      (.post, "/v1/hash", "no picture", 415, "not-an-image"),
      (.post, "/v1/hash", "", 400, "empty"),
      (.post, "/v1/hash?kinds=x", "no picture", 400, "bad-request"),
      (.post, "/v1/match?what=1", "no picture", 400, "bad-request"),
      (.post, "/v1/lists/l/import", Self.hash, 422, "kind-not-stated"),
      (.post, "/v1/lists/l/import", "{\"a\":1}", 422, "format-not-stated"),
      (.post, "/v1/lists/a%20b/import?kind=pdq", Self.hash, 400, "invalid-name"),
      (.delete, "/v1/lists/none/entries/x", "", 404, "unknown-list"),
      (.get, "/v1/nothing", "", 404, "not-found"),
      (.put, "/v1/match", "", 405, "method-not-allowed"),
      (.get, "/v1/health/ready", "", 503, ""),
      // Once there is a list: of none of its hashes is the kind that is asked for.
      (.post, "/v1/lists/l/import?kind=pdq", "\(Self.hash)\n", 200, ""),
      (.post, "/v1/match?kinds=md5", "no picture", 503, "no-lists"),
      (.post, "/v1/match", "no picture", 415, "not-an-image"),
    ]
    for (method, path, body, status, code) in expected {
      let answer = try await endpoints.respond(method, path, Array(body.utf8))
      let found = (answer.json["error"] as? [String: Any])?["code"] as? String ?? ""
      #expect(answer.status == status && found == code, "\(path): \(answer.status) \(answer.text)")
    }
  }

  /// Requests that are nearly right: whatever is in them, the answer is one that the description has.
  @Test func anyRequestIsAnswered() async throws {
    let endpoints = try Endpoints()
    let list = try FileDescriptor.open(TestFiles.fixtures.appending("blocklist.csv"), .readOnly)
    _ = try endpoints.store.importList(list, into: "l")
    try list.close()
    var random = SeededGenerator(seed: 32)
    let picture = try TestFiles.bytes(of: TestFiles.fixtures.appending("uploads/jungle.gif"))
    let bodies: [[UInt8]] = [
      [], picture, Array(#"{"kind":"pdq","hashes":["\#(Self.hash)"]}"#.utf8),
      Array("\(Self.hash),a\n".utf8), Array(#"{"path":"/etc/passwd"}"#.utf8),
    ]
    let paths = [
      "/v1/match", "/v1/hash", "/v1/lookup", "/v1/lists", "/v1/lists/l/entries?reason=r",
      "/v1/lists/l/entries/a", "/v1/lists/l/import?kind=pdq", "/v1/match?lists=l&effort=exact",
      "/v1/match?kinds=pdq,md5&on_match=451&uploader=u", "/v1/health", "/metrics", "/openapi.json",
    ]
    let methods: [HTTPRequest.Method] = [.get, .post, .post, .post, .delete, .put, .head]
    let letters = Array("abz09%&=?/,.;:#+ \u{0}\u{e9}\u{1F600}\"\\-_~[]{}")
    var statuses: [Int: Int] = [:]
    for _ in 0..<1500 {
      var path = Array(paths.randomElement(using: &random) ?? "/")
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        path.insert(
          letters.randomElement(using: &random) ?? "x",
          at: Int.random(in: 1...path.count, using: &random))
      }
      var body = bodies.randomElement(using: &random) ?? []
      for _ in 0..<Int.random(in: 0...3, using: &random) where !body.isEmpty {
        body[Int.random(in: 0..<body.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      let type = ["application/json", "image/gif", "multipart/form-data; boundary=x", ""]
        .randomElement(using: &random)
      let answer = try await endpoints.respond(
        methods.randomElement(using: &random) ?? .get, String(path), body,
        headers: [.contentType: type ?? ""])
      statuses[answer.status, default: 0] += 1
      #expect(
        [200, 201, 400, 403, 404, 405, 409, 415, 422, 451, 503].contains(answer.status),
        "\(String(path)): \(answer.status) \(answer.text)")
      if answer.status >= 400, answer.status != 451 {
        let error = answer.json["error"] as? [String: Any]
        #expect(error != nil || answer.json["ready"] != nil, "\(answer.text)")
      }
    }
    #expect(statuses[200] ?? 0 > 20, "\(statuses)")
    #expect(statuses[400] ?? 0 > 50, "\(statuses)")
    #expect(try endpoints.store.verifyJournal().problems.isEmpty)
  }
}
