import Foundation

/// An answer as it was received.
struct Reply {
  let status: Int
  /// Names in lower case.
  let headers: [String: String]
  let body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }

  var json: [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]) ?? [:]
  }

  var errorCode: String? { (json["error"] as? [String: Any])?["code"] as? String }
}

/// A connection whose bytes a test writes itself.
final class RawClient {
  struct Failure: Error { let what: String }

  private let descriptor: Int32
  private var buffer: [UInt8] = []

  init(_ path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    // A test that waits for what never comes is a failure, and no stop of all.
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    guard result == 0 else {
      close(descriptor)
      throw Failure(what: "no connection: \(errno)")
    }
  }

  deinit { close(descriptor) }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Foundation.send(
          descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure(what: "not sent: \(errno)") }
      sent += count
    }
  }

  /// Ends our side; the other may still answer.
  func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Whether the other side has closed, once what it has sent is read.
  func isClosed() -> Bool { !fill() }

  /// The next answer, interim ones passed over.
  func reply() throws -> Reply {
    while true {
      guard let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) else {
        guard fill() else { throw Failure(what: "closed before an answer") }
        continue
      }
      let lines = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
        .components(separatedBy: "\r\n")
      buffer.removeSubrange(..<end.upperBound)
      let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      if status == 100 { continue }
      var headers: [String: String] = [:]
      for line in lines.dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { continue }
        headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
      }
      let length = headers["content-length"].flatMap { Int($0) } ?? 0
      while buffer.count < length {
        guard fill() else { throw Failure(what: "closed within an answer") }
      }
      defer { buffer.removeSubrange(..<length) }
      return Reply(status: status, headers: headers, body: Array(buffer[..<length]))
    }
  }

  private func fill() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(descriptor, &chunk, chunk.count, 0)
    guard count > 0 else { return false }
    buffer += chunk[..<count]
    return true
  }
}
