#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Reads settings as values of their types.
struct SettingsReader {
  let source: SettingsSource

  /// `nil` when it is empty, or not set.
  func text(_ key: SettingKey) throws(SettingsError) -> String? {
    guard let text = source.value(of: key)?.text, !text.isEmpty else { return nil }
    return text
  }

  /// - Parameter expected: What it must be, for the error.
  func value<Value>(
    _ key: SettingKey, _ expected: String, _ parse: (String) -> Value?
  ) throws(SettingsError) -> Value {
    let (text, place) = source.value(of: key) ?? ("", "default")
    guard let value = parse(text) else {
      throw SettingsError(
        description: "\(place): \(key.rawValue): \"\(text)\" is not \(expected)")
    }
    return value
  }

  func number(_ key: SettingKey, in range: ClosedRange<Int>) throws(SettingsError) -> Int {
    try value(key, "a number from \(range.lowerBound) to \(range.upperBound)") { text in
      Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// A number of bytes, alone or with KiB, MiB or GiB.
  func bytes(_ key: SettingKey) throws(SettingsError) -> Int {
    try value(key, "a number of bytes, such as 64MiB") { text in
      for (unit, size) in [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("", 1)]
      where text.hasSuffix(unit) {
        guard let number = Int(text.dropLast(unit.count)), number > 0 else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: size)
        return overflow ? nil : bytes
      }
      return nil
    }
  }

  /// A number with s, ms or m.
  func duration(_ key: SettingKey) throws(SettingsError) -> Duration {
    try value(key, "a time, such as 30s") { text in
      for (unit, milliseconds) in [("ms", 1), ("s", 1000), ("m", 60_000)]
      where text.hasSuffix(unit) {
        return Int(text.dropLast(unit.count)).flatMap {
          (1...100_000).contains($0) ? .milliseconds($0 * milliseconds) : nil
        }
      }
      return nil
    }
  }

  /// Permissions for owner and group.
  func mode(_ key: SettingKey) throws(SettingsError) -> mode_t {
    try value(key, "permissions for owner and group, such as 0660") { text in
      mode_t(text, radix: 8).flatMap { $0 & ~0o660 == 0 && $0 & 0o600 == 0o600 ? $0 : nil }
    }
  }

  /// Names with commas between them.
  func names(_ key: SettingKey) throws(SettingsError) -> [String] {
    try text(key)?.split(separator: ",").map { $0.filter { !$0.isWhitespace } } ?? []
  }

  /// Names and numbers of users.
  func users(_ key: SettingKey) throws(SettingsError) -> Set<UInt32> {
    var users: Set<UInt32> = []
    for name in try names(key) {
      guard let user = UInt32(name) ?? getpwnam(name)?.pointee.pw_uid else {
        let place = source.value(of: key)?.place ?? "default"
        throw SettingsError(
          description: "\(place): \(key.rawValue): there is no user named \"\(name)\"")
      }
      users.insert(user)
    }
    return users
  }

  /// The addresses to listen on, by `tcp.listen` or in the older form.
  func addresses() throws(SettingsError) -> [TCPAddress] {
    var addresses: [TCPAddress] = []
    for text in try names(.tcpListen) {
      guard let address = TCPAddress(text) else {
        let place = source.value(of: .tcpListen)?.place ?? "default"
        throw SettingsError(
          description:
            "\(place): tcp.listen: \"\(text)\" is not an address of this machine and a port, such as"
            + " 127.0.0.1:8085 or [::1]:8085")
      }
      addresses.append(address)
    }
    let port = try number(.tcpPort, in: 0...65_535)
    let host = try value(.tcpHost, "127.0.0.1 or ::1; for others see tcp.listen") {
      ["127.0.0.1", "::1"].contains($0) ? $0 : nil
    }
    guard port > 0 else { return addresses }
    guard addresses.isEmpty,
      let address = TCPAddress(host == "::1" ? "[::1]:\(port)" : "\(host):\(port)")
    else {
      throw SettingsError(description: "tcp.port is an older form of tcp.listen: set one of them")
    }
    return [address]
  }
}
