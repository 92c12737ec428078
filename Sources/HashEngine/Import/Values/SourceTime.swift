#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

extension Timestamp {
  /// Reads a time as sources write it: what ``init(_:)`` reads, and `DD.MM.YYYY`, `DD/MM/YYYY` or `MM/DD/YYYY` where
  /// only one of them is a date, `YYYY/MM/DD`, `YYYYMMDD`, each with or without a time of day, and seconds or
  /// milliseconds since 1970. `nil` for anything else: among it a date of which nobody knows whether its month or its
  /// day comes first.
  init?(source text: some StringProtocol) {
    let text = text.trimmingBlanks
    if let number = Double(text), !text.contains("e"), !text.contains("E") {
      guard let time = Self.numbered(number, digits: text.prefix { $0 != "." }) else { return nil }
      self = time
      return
    }
    if let time = Timestamp(text) {
      // A day that no month has would count as one of the next.
      guard Self.isDay(text.prefix(10).split(separator: "-").compactMap { Int($0) }) else {
        return nil
      }
      self = time
      return
    }
    let end = text.firstIndex { $0 == " " || $0 == "T" } ?? text.endIndex
    guard let day = Self.day(text[..<end]) else { return nil }
    let clock = text[end...].dropFirst()
    guard !clock.isEmpty else {
      guard let time = Timestamp(day) else { return nil }
      self = time
      return
    }
    // Hours and minutes alone are a time of day, too.
    let digits = clock.prefix { $0.isNumber || $0 == ":" }
    let seconds = digits.filter { $0 == ":" }.count == 1 ? ":00" : ""
    guard let time = Timestamp("\(day)T\(digits)\(seconds)\(clock[digits.endIndex...])") else {
      return nil
    }
    self = time
  }

  /// A number: of a day, of seconds or of milliseconds. Years alone and a spreadsheet's days are none.
  private static func numbered(_ number: Double, digits: Substring) -> Timestamp? {
    guard number.isFinite, digits.allSatisfy(\.isASCII), digits.first?.isNumber ?? false else {
      return nil
    }
    switch digits.count {
    case 8:
      let day = "\(digits.prefix(4))-\(digits.dropFirst(4).prefix(2))-\(digits.suffix(2))"
      return isDay(day.split(separator: "-").compactMap { Int($0) }) ? Timestamp(day) : nil
    case 9...11: return Int(exactly: number.rounded(.down)).map { Timestamp(seconds: $0) }
    case 12...14: return Int(exactly: (number / 1000).rounded(.down)).map { Timestamp(seconds: $0) }
    default: return nil
    }
  }

  /// A day as `YYYY-MM-DD`; `nil` when it can be read in two ways, or in none.
  private static func day(_ text: Substring) -> String? {
    guard let mark = text.first(where: { ".-/".contains($0) }) else { return nil }
    let parts = text.split(separator: mark, omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } })
    else { return nil }
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == 3 else { return nil }
    var readings: [[Int]] = []
    if parts[0].count == 4 {
      readings = [numbers]
    } else if parts[2].count == 4 {
      readings = [[numbers[2], numbers[1], numbers[0]]]
      // Dots are only ever put behind the day, and then the month.
      if mark != "." { readings.append([numbers[2], numbers[0], numbers[1]]) }
    }
    let days = Set(readings.filter(isDay))
    guard days.count == 1, let day = days.first else { return nil }
    func padded(_ number: Int, _ width: Int) -> String {
      String(repeating: "0", count: max(0, width - String(number).count)) + String(number)
    }
    return "\(padded(day[0], 4))-\(padded(day[1], 2))-\(padded(day[2], 2))"
  }

  /// Whether year, month and day are a day of the calendar.
  private static func isDay(_ parts: [Int]) -> Bool {
    guard parts.count == 3, (1970...9999).contains(parts[0]), (1...12).contains(parts[1]),
      (1...31).contains(parts[2])
    else { return false }
    var day = tm()
    day.tm_year = Int32(parts[0] - 1900)
    day.tm_mon = Int32(parts[1] - 1)
    day.tm_mday = Int32(parts[2])
    let time = timegm(&day)
    return time >= 0 && day.tm_mday == Int32(parts[2])
  }
}
