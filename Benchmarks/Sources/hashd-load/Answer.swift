/// What an answer says, as far as the load is concerned: found by searching its bytes, without parsing JSON.
struct Answer: Sendable {
  let status: Int
  /// Microseconds; 0 where the answer does not tell them.
  let timings: Timings

  struct Timings: Sendable {
    var queue = 0
    var decode = 0
    var lookup = 0
    var total = 0

    /// What is neither waiting nor decoding nor asking the lists: the daemon's own share.
    var own: Int { total - queue - decode - lookup }

    static func += (sum: inout Timings, other: Timings) {
      sum.queue += other.queue
      sum.decode += other.decode
      sum.lookup += other.lookup
      sum.total += other.total
    }
  }

  /// Bytes of an answer with its header; `nil` when the header is not complete.
  ///
  /// - Throws: ``ConnectionError`` when it does not tell how long the body is.
  static func length(of bytes: ArraySlice<UInt8>) throws(ConnectionError) -> Int? {
    guard let end = bytes.end(of: "\r\n\r\n") else { return nil }
    // As hashd writes it.
    guard let length = bytes[..<end].number(behind: "\r\nContent-Length: ") else { throw .noHTTP }
    return end + length
  }

  /// - Parameter bytes: All of it, from the status line on.
  init(_ bytes: ArraySlice<UInt8>) {
    status = bytes.number(behind: "HTTP/1.1 ") ?? 0
    // Keys are sorted: what may be long comes before.
    let last = bytes.suffix(2048)
    timings = Timings(
      queue: last.number(behind: "\"queue_us\":") ?? 0,
      decode: last.number(behind: "\"decode_us\":") ?? 0,
      lookup: last.number(behind: "\"lookup_us\":") ?? 0,
      total: last.number(behind: "\"total_us\":") ?? 0)
  }
}

extension ArraySlice<UInt8> {
  /// Where a text that occurs in it ends.
  fileprivate func end(of text: StaticString) -> Int? {
    text.withUTF8Buffer { text in
      var index = startIndex
      while index + text.count <= endIndex {
        if self[index] == text[0], self[index..<index + text.count].elementsEqual(text) {
          return index + text.count
        }
        index += 1
      }
      return nil
    }
  }

  /// The decimal number after a text.
  fileprivate func number(behind text: StaticString) -> Int? {
    guard let end = end(of: text) else { return nil }
    var number: Int?
    for byte in self[end...] {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { break }
      number = (number ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return number
  }
}
