/// A name for a request, in its answer and in the log.
enum RequestID {
  /// 16 random hexadecimal digits.
  static func next() -> String {
    let digits = String(UInt64.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
