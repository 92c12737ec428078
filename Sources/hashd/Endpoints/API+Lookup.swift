import HashEngine
import Hummingbird
import NIOCore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The body of `POST /v1/lookup`.
private struct LookupRequest: Decodable {
  /// The kind of the hashes without a kind before them; `nil` when every hash has one.
  let kind: String?
  /// `pdq:…`, or hexadecimal alone.
  let hashes: [String]
}

extension API {
  /// The largest number of hashes in one request.
  static let maximumHashes = 1000

  /// `POST /v1/lookup`: are these hashes on a list?
  func lookup(_ request: Request, _ context: APIContext) async throws -> Response {
    let exchange = context.exchange
    let query = try Query(request, ["lists"])
    let lists = try query.names("lists")
    let held = try await reading.collect(request, limit: 1 << 20, exchange)
    let moderator = try moderator(lists: lists)
    let start = ContinuousClock.now
    let (found, waited) = try await jobs.run(
      by: start + settings.timeouts.request, for: await exchange.peer
    ) {
      let hashes = try Self.hashes(in: held.bytes)
      let begin = ContinuousClock.now
      let found = try moderator.lookup(hashes)
      return (hashes, found.results, found.lists, ContinuousClock.now - begin)
    }
    let (hashes, results, searched, lookup) = found
    exchange.note {
      $0.verdict = "\(results.count { !$0.matches.isEmpty })/\(results.count)"
      $0.lists = Set(results.flatMap(\.matches).map(\.list)).sorted()
      $0.waited = waited
      $0.lookup = lookup
    }
    metrics.matched(results.flatMap(\.matches))
    return .json(
      LookupAnswer(
        requestID: exchange.id,
        results: zip(hashes, results).map {
          LookupAnswer.Result($1, isDegenerate: $0.isDegenerate)
        }, lists: searched.map { ListVersionAnswer($0) },
        timings: TimingsAnswer(
          queue: waited.microseconds, decode: nil, lookup: lookup.microseconds,
          total: (ContinuousClock.now - exchange.start).microseconds)))
  }

  private static func hashes(in bytes: ByteBuffer) throws(APIError) -> [ListedHash] {
    let request: LookupRequest
    do {
      request = try JSONDecoder().decode(
        LookupRequest.self, from: Data(bytes.readableBytesView))
    } catch {
      throw .badRequest("the body is not {\"hashes\": [\"pdq:…\"]}")
    }
    guard request.hashes.count <= maximumHashes else {
      throw .badRequest("\(request.hashes.count) hashes; at most \(maximumHashes) at once")
    }
    var common: HashKind?
    if let name = request.kind {
      guard let kind = HashKind(named: name) else {
        throw .badRequest("kind: \"\(name.prefix(40))\" is no kind of hash")
      }
      common = kind
    }
    var hashes: [ListedHash] = []
    hashes.reserveCapacity(request.hashes.count)
    for (index, text) in request.hashes.enumerated() {
      let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let kind = parts.count == 2 ? HashKind(named: String(parts[0])) : common
      guard let kind else {
        throw .badRequest("hashes[\(index)]: kind missing or unknown; write pdq:… or give \"kind\"")
      }
      guard let hash = ListedHash(kind: kind, text: parts[parts.count - 1]) else {
        throw .badRequest(
          "hashes[\(index)]: \(kind.rawValue) has \(2 * kind.byteCount) hexadecimal digits")
      }
      hashes.append(hash)
    }
    return hashes
  }
}
