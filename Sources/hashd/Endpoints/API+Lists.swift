import HTTPTypes
import HashEngine
import Hummingbird
import Logging
import NIOCore
import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension API {
  /// `GET /v1/lists`: all lists.
  func lists(_ request: Request, _ context: APIContext) async throws -> Response {
    _ = try Query(request, [])
    let (reports, _) = try await jobs.run {
      let store = try lists.current()
      var states: [String: ListVersion] = [:]
      for state in try Moderator(store).searchedLists() { states[state.name] = state }
      return try store.lists().map { ListReport($0, states[$0.name]) }
    }
    return .json(ListsAnswer(requestID: context.exchange.id, lists: reports))
  }

  /// `GET /v1/lists/{name}/history`: who changed a list, when, and why.
  func history(_ request: Request, _ context: APIContext) async throws -> Response {
    _ = try Query(request, [])
    let name = try Self.parameter("name", context)
    let (receipts, _) = try await jobs.run { try lists.current().history(of: name) }
    return .json(
      HistoryAnswer(
        requestID: context.exchange.id, list: name, changes: receipts.map { ReceiptReport($0) }))
  }

  /// `POST /v1/lists/{name}/entries`: take the picture down.
  func takeDown(_ request: Request, _ context: APIContext) async throws -> Response {
    let exchange = context.exchange
    let author = author(exchange)
    let query = try Query(request, ["reason", "case", "label", "crops"])
    let crops = try query.flag("crops")
    guard let reason = try query.text("reason") else {
      throw APIError.badRequest("\"reason\" is needed: it goes into the list's history")
    }
    let (caseID, label) = (try query.text("case", longest: 200), try query.text("label"))
    let name = try Self.parameter("name", context)
    let body = try await body(of: request, exchange)
    let (takedown, _) = try await examined(body, exchange) { bytes, limits throws(ImageError) in
      try Takedown(
        of: bytes, includesCrops: crops, limits: limits, by: decoders.fingerprinter)
    }
    let (done, _) = try await writers.run {
      try lists.current().takeDown(
        [takedown], on: name, reason: reason, caseID: caseID, label: label, by: author)
    }
    exchange.note {
      $0.lists = [name]
      $0.entries = done.entries
    }
    return .json(
      ChangeAnswer(
        done.receipt, requestID: exchange.id, entry: done.entries.first,
        exactOnly: takedown.isExactOnly ? true : nil), status: .created)
  }

  /// `DELETE /v1/lists/{name}/entries/{id}`: withdraw an entry.
  func withdraw(_ request: Request, _ context: APIContext) async throws -> Response {
    let author = author(context.exchange)
    let reason = try Query(request, ["reason"]).text("reason")
    let name = try Self.parameter("name", context)
    let id = try Self.parameter("id", context)
    let (receipt, _) = try await writers.run {
      try lists.current().withdraw(entries: [id], from: name, reason: reason, by: author)
    }
    context.exchange.note {
      $0.lists = [name]
      // The id in the address may have a hash in it, as its source's has.
      $0.entries = [HashMask.masked(id)]
    }
    return .json(
      ChangeAnswer(receipt, requestID: context.exchange.id, entry: HashMask.masked(id)))
  }

  /// `POST /v1/lists/{name}/import`: import a list, all of it or nothing.
  func importList(_ request: Request, _ context: APIContext) async throws -> Response {
    let exchange = context.exchange
    let author = author(exchange)
    let options = try Self.importOptions(request)
    let name = try Self.parameter("name", context)
    let spool: ListSpool
    do {
      spool = try ListSpool()
    } catch {
      throw APIError.noRoom
    }
    try await reading.forEachChunk(request, limit: settings.maximumImportBytes, exchange) {
      chunk throws(APIError) in
      do {
        try spool.append(chunk.readableBytesView)
      } catch {
        throw APIError.noRoom
      }
    }
    // An empty body is a mistake of the client, not a list without entries.
    guard exchange.noted.bytes > 0 else {
      throw APIError(.badRequest, "empty", "there is no list in the body")
    }
    let (receipt, _) = try await writers.run {
      try lists.current().importList(try spool.rewound(), into: name, options: options, by: author)
    }
    exchange.note { $0.lists = [name] }
    return .json(ChangeAnswer(receipt, requestID: exchange.id))
  }

  private static func importOptions(_ request: Request) throws(APIError) -> ImportOptions {
    let query = try Query(
      request,
      [
        "format", "kind", "spelling", "delimiter", "replace", "max_withdrawn", "force",
        "on_conflict",
        "dry_run", "source",
      ],
      repeatable: ["map", "category"])
    var options = ImportOptions()
    options.source = try query.text("source", longest: 200) ?? "upload"
    options.format = try value(query, "format") { ListFormat(rawValue: $0) }
    options.kind = try value(query, "kind") { HashKind(named: $0) }
    options.spelling = try value(query, "spelling") { HashSpelling(rawValue: $0) }
    options.delimiter = try value(query, "delimiter") { text in
      text == "\\t" ? "\t" : text.utf8.count == 1 ? text.first : nil
    }
    options.columns = try pairs(query, "map") ?? [:]
    options.categories = try pairs(query, "category")
    options.replaces = try query.flag("replace")
    options.maximumWithdrawn =
      try value(query, "max_withdrawn") { text in
        Int(text).flatMap { (0...100).contains($0) ? Double($0) / 100 : nil }
      } ?? options.maximumWithdrawn
    options.forcesWithdrawal = try query.flag("force")
    options.onConflict = try value(query, "on_conflict") { ConflictPolicy(rawValue: $0) }
    options.isDryRun = try query.flag("dry_run")
    return options
  }

  private static func value<Value>(
    _ query: Query, _ name: String, _ parse: (String) -> Value?
  ) throws(APIError) -> Value? {
    guard let text = query[name] else { return nil }
    guard let value = parse(text) else {
      throw .badRequest("\(name): \"\(text)\" is not a valid value")
    }
    return value
  }

  private static func pairs(
    _ query: Query, _ name: String
  ) throws(APIError) -> [String: String]? {
    let texts = query.all(name)
    guard !texts.isEmpty else { return nil }
    var pairs: [String: String] = [:]
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw .badRequest("\(name): must be written NAME=VALUE") }
      pairs[String(parts[0])] = String(parts[1])
    }
    return pairs
  }

  private static func parameter(
    _ name: String, _ context: APIContext
  ) throws(APIError) -> String {
    guard let encoded = context.parameters.get(name),
      let text = URLComponents(string: "/" + encoded)?.path.dropFirst(), !text.isEmpty
    else { throw .badRequest("\(name): empty, or wrongly percent-encoded") }
    return String(text)
  }
}
