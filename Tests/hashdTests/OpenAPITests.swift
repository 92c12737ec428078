import Foundation
import HTTPTypes
import SystemPackage
import TestSupport
import Testing

@testable import hashd

/// `openapi.json` describes what the daemon does, and nothing else.
@Suite struct OpenAPITests {
  private let description: [String: Any]

  init() throws {
    let daemon = try DaemonProcess(list: false)
    description = try daemon.get("/openapi.json").json
  }

  private func response(_ method: String, _ path: String, _ status: Int) throws -> Any? {
    let paths = try #require(description["paths"] as? [String: [String: Any]])
    let operation = paths[path]?[method.lowercased()] as? [String: Any]
    let responses = operation?["responses"] as? [String: Any]
    let found = responses?["\(status)"].map { resolved($0) } as? [String: Any]
    let content = found?["content"] as? [String: [String: Any]]
    return content?["application/json"]?["schema"]
  }

  private func resolved(_ node: Any) -> Any {
    guard let reference = (node as? [String: Any])?["$ref"] as? String else { return node }
    return reference.split(separator: "/").dropFirst().reduce(description as Any) { node, name in
      (node as? [String: Any])?[String(name)] ?? [:]
    }
  }

  @Test func everyEndpointIsDescribedAndNoOther() throws {
    let paths = try #require(description["paths"] as? [String: [String: Any]])
    let methods = ["get", "post", "put", "delete", "patch", "head"]
    let described = paths.flatMap { path, item in
      item.keys.filter { methods.contains($0) }.map { "\($0.uppercased()) \(path)" }
    }
    #expect(Set(described) == Set(Endpoint.all.map { "\($0.method.rawValue) \($0.path)" }))
  }

  /// Real answers, each held to its schema: no key that is not described, none that is missing.
  @Test func answersAreAsDescribed() throws {
    let daemon = try DaemonProcess(["path_root=\(TestFiles.fixtures)"])
    let listed = try DaemonProcess.upload("2026/10/aurora-recompressed.jpg")
    let list = try TestFiles.bytes(of: TestFiles.fixtures.appending("blocklist.csv"))
    let flat = String(repeating: "0", count: 64)
    let requests: [(method: String, path: String, target: String, body: [UInt8], status: Int)] = [
      ("POST", "/v1/match", "/v1/match?uploader=u&reference=r", listed, 200),
      ("POST", "/v1/match", "/v1/match?on_match=451", listed, 451),
      ("POST", "/v1/match", "/v1/match", try DaemonProcess.upload("jungle.gif"), 200),
      ("POST", "/v1/match", "/v1/match?lists=none", listed, 404),
      ("POST", "/v1/match", "/v1/match", try DaemonProcess.upload("broken/a-text.jpg"), 415),
      ("POST", "/v1/match", "/v1/match", try DaemonProcess.upload("broken/cut-off.jpg"), 422),
      ("POST", "/v1/match", "/v1/match", [], 400),
      ("POST", "/v1/hash", "/v1/hash?kinds=pdq,phash64,md5", listed, 200),
      ("POST", "/v1/lookup", "/v1/lookup", Array("{\"hashes\":[\"pdq:\(flat)\"]}".utf8), 200),
      ("POST", "/v1/lookup", "/v1/lookup", [], 400), ("GET", "/v1/lists", "/v1/lists", [], 200),
      (
        "POST", "/v1/lists/{name}/entries", "/v1/lists/own/entries?reason=r&case=c&label=l", listed,
        201
      ),
      ("POST", "/v1/lists/{name}/import", "/v1/lists/new/import", list, 200),
      ("POST", "/v1/lists/{name}/import", "/v1/lists/new/import", Array("no list".utf8), 422),
      ("DELETE", "/v1/lists/{name}/entries/{id}", "/v1/lists/new/entries/case-1?reason=r", [], 200),
      ("DELETE", "/v1/lists/{name}/entries/{id}", "/v1/lists/new/entries/none", [], 404),
      ("GET", "/v1/lists/{name}/history", "/v1/lists/new/history", [], 200),
      ("GET", "/v1/lists/{name}/history", "/v1/lists/none/history", [], 404),
      ("GET", "/v1/lists", "/t/none/v1/lists", [], 401),
      ("GET", "/v1/health", "/v1/health", [], 200),
      ("GET", "/v1/health/ready", "/v1/health/ready", [], 200),
      ("GET", "/v1/version", "/v1/version", [], 200),
    ]
    for request in requests {
      let reply = try daemon.request(request.method, request.target, request.body)
      #expect(reply.status == request.status, "\(request.target): \(reply.text)")
      let schema = try response(request.method, request.path, request.status)
      let found = try #require(schema, "\(request.path) \(request.status) is not described")
      let problems = problems(of: reply.json, against: found, at: request.path)
      #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
    }
  }

  /// What a value has that its schema does not allow; as much of JSON Schema as the description uses.
  private func problems(of value: Any, against schema: Any, at place: String) -> [String] {
    guard let schema = resolved(schema) as? [String: Any] else { return ["\(place): no schema"] }
    if let choices = (schema["oneOf"] ?? schema["anyOf"]) as? [Any] {
      let all = choices.map { problems(of: value, against: $0, at: place) }
      return all.contains { $0.isEmpty } ? [] : ["\(place): none of its alternatives"]
    }
    var found: [String] = []
    for part in schema["allOf"] as? [Any] ?? [] {
      found += problems(of: value, against: part, at: place)
    }
    if let allowed = schema["enum"] as? [String], let text = value as? String,
      !allowed.contains(text)
    {
      found.append("\(place): \(text) is none of \(allowed)")
    }
    switch schema["type"] as? String {
    case "object":
      guard let object = value as? [String: Any] else { return ["\(place): no object"] }
      let properties = schema["properties"] as? [String: Any] ?? [:]
      for name in schema["required"] as? [String] ?? [] where object[name] == nil {
        found.append("\(place).\(name): missing")
      }
      for (name, child) in object {
        if let property = properties[name] {
          found += problems(of: child, against: property, at: "\(place).\(name)")
        } else if let others = schema["additionalProperties"] as? [String: Any] {
          found += problems(of: child, against: others, at: "\(place).\(name)")
        } else if schema["additionalProperties"] as? Bool == false {
          found.append("\(place).\(name): not described")
        }
      }
    case "array":
      guard let array = value as? [Any] else { return ["\(place): no array"] }
      if let items = schema["items"] {
        for element in array { found += problems(of: element, against: items, at: "\(place)[]") }
      }
    case "string": if !(value is String) { found.append("\(place): no string") }
    case "boolean": if !(value is Bool) { found.append("\(place): no boolean") }
    case "integer": if !(value is Int) { found.append("\(place): no integer") }
    default: break
    }
    return found
  }
}
