import Foundation
import HTTPTypes
import NIOCore
import TestSupport
import Testing

@testable import hashd

/// Clients that are slow, wrong, or many.
@Suite struct ConnectionTests {
  private static let listed = "POST /v1/match HTTP/1.1\r\nHost: h\r\n"

  @Test func aBodyThatIsTooLargeIsToldSo() throws {
    let daemon = try DaemonProcess(["limits.body=1MiB"])
    let reply = try daemon.post("/v1/match", [UInt8](repeating: 7, count: 3 << 20))
    #expect(reply.status == 413)
    #expect(reply.errorCode == "too-large")

    let chunked = try RawClient(daemon.socket)
    try chunked.send(Self.listed + "Transfer-Encoding: chunked\r\n\r\n")
    let chunk = Array("80000\r\n".utf8) + [UInt8](repeating: 7, count: 1 << 19) + Array("\r\n".utf8)
    for _ in 0..<4 { try chunked.send(chunk) }
    try chunked.send("0\r\n\r\n")
    #expect(try chunked.reply().status == 413)
    // It was read to its end, so the connection is good for another.
    try chunked.send("GET /v1/version HTTP/1.1\r\nHost: h\r\n\r\n")
    #expect(try chunked.reply().status == 200)
  }

  @Test func aClientThatAsksFirstIsAnsweredFirst() throws {
    let daemon = try DaemonProcess(["limits.body=1MiB"])
    let tooLarge = try RawClient(daemon.socket)
    try tooLarge.send(Self.listed + "Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n")
    let refusal = try tooLarge.reply()
    #expect(refusal.status == 413)
    #expect(refusal.headers["connection"] == "close")
    #expect(tooLarge.isClosed())

    let picture = try DaemonProcess.upload("glacier.jpg")
    let right = try RawClient(daemon.socket)
    try right.send(
      Self.listed + "Expect: 100-continue\r\nContent-Length: \(picture.count)\r\n\r\n")
    try right.send(picture)
    #expect(try right.reply().status == 200)
  }

  @Test func requestsOnOneConnectionAreAnsweredInTurn() throws {
    let daemon = try DaemonProcess()
    let client = try RawClient(daemon.socket)
    let picture = try DaemonProcess.upload("glacier.jpg")
    for _ in 0..<3 {
      try client.send(
        Array((Self.listed + "Content-Length: \(picture.count)\r\n\r\n").utf8) + picture)
    }
    for _ in 0..<3 { #expect(try client.reply().json["verdict"] as? String == "no_match") }
  }

  @Test(arguments: [
    "nonsense\r\n\r\n", "GET / HTTP/1.1\r\nHost h\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}",
  ])
  func whatIsNoRequestIsToldSo(_ bytes: String) throws {
    let daemon = try DaemonProcess()
    let client = try RawClient(daemon.socket)
    try client.send(bytes)
    let reply = try client.reply()
    #expect(reply.status == 400)
    #expect(reply.errorCode == "bad-request")
    #expect(client.isClosed())
  }

  @Test func aBodyThatBreaksOffIsNoPicture() throws {
    let daemon = try DaemonProcess()
    let picture = try DaemonProcess.upload("glacier.jpg")
    for head in [
      "Content-Length: \(picture.count + 10)\r\n\r\n",
      "Transfer-Encoding: chunked\r\n\r\n\(String(picture.count, radix: 16))\r\n",
    ] {
      let client = try RawClient(daemon.socket)
      try client.send(Array((Self.listed + head).utf8) + picture)
      client.finish()
      #expect(try client.reply().status == 400)
    }
  }

  @Test func slowClientsAreCut() throws {
    let daemon = try DaemonProcess([
      "timeouts.header=300ms", "timeouts.body=300ms", "timeouts.idle=500ms",
    ])
    let header = try RawClient(daemon.socket)
    try header.send("POST /v1/match HTTP/1.1\r\n")
    #expect(try header.reply().status == 408)
    let body = try RawClient(daemon.socket)
    try body.send(Self.listed + "Content-Length: 100\r\n\r\nabc")
    let reply = try body.reply()
    #expect(reply.status == 408)
    #expect(reply.errorCode == "body-timeout")
    #expect(body.isClosed())
    #expect(try RawClient(daemon.socket).isClosed())
  }

  @Test func pastTheLimitTheLongestIdleMakeRoom() throws {
    let daemon = try DaemonProcess(["limits.connections=5"])
    let clients = try (0..<40).map { _ in try RawClient(daemon.socket) }
    #expect(try daemon.get("/v1/version").status == 200)
    #expect(clients[0].isClosed())
  }

  /// As many as it may decode and keep waiting are answered; the others are told to come again.
  @Test func overloadIsToldWithATime() async throws {
    let queue = JobQueue(threads: 1, waiting: 1)
    let (begun, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    async let working = queue.run {
      begun.signal()
      gate.wait()
      return "worked"
    }
    await Task.detached { begun.wait() }.value
    async let waiting = queue.run { "waited" }
    while queue.waiting < 1 { await Task.yield() }
    let refusal = await #expect(throws: APIError.self) { try await queue.run { "refused" } }
    #expect(refusal?.status == .serviceUnavailable)
    #expect(refusal?.headers[.retryAfter] == "1")
    gate.signal()
    #expect(try await working.value == "worked")
    #expect(try await waiting.value == "waited")
    #expect(queue.waiting == 0)
  }

  @Test func whatWaitedTooLongIsNotBegun() async throws {
    let queue = JobQueue(threads: 1, waiting: 1)
    let refusal = await #expect(throws: APIError.self) {
      try await queue.run(by: .now - .seconds(1)) { Issue.record("begun") }
    }
    #expect(refusal?.code == "too-late")
  }
}
