/// A request as it is sent, made once.
struct PreparedRequest: Sendable {
  let header: [UInt8]
  let body: [UInt8]

  init(path: String, type: String, body: [UInt8]) {
    header = Array(
      """
      POST \(path) HTTP/1.1\r
      Host: hashd\r
      Content-Type: \(type)\r
      Content-Length: \(body.count)\r
      \r

      """.utf8)
    self.body = body
  }
}
