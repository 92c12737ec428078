import HashEngine
import Logging

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Writes one line for each event: JSON with keys in order, or text for people.
struct LineLogHandler: LogHandler {
  let output: LogOutput
  /// A level of its own; `nil` for that of the output.
  private var ownLevel: Logger.Level?
  var metadata: Logger.Metadata = [:]

  init(_ output: LogOutput) { self.output = output }

  var logLevel: Logger.Level {
    get { ownLevel ?? output.level }
    set { ownLevel = newValue }
  }

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    let time = Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    switch output.format {
    case .json: output.write(json(event, all, at: time))
    case .text: output.write(text(event, all, at: time))
    }
  }

  private func json(_ event: LogEvent, _ metadata: Logger.Metadata, at time: String) -> String {
    var fields = metadata.mapValues { LogField($0) }
    fields["time"] = .text(time)
    fields["level"] = .text(event.level.rawValue)
    fields["message"] = .text("\(event.message)")
    return String(decoding: fields.json, as: UTF8.self) + "\n"
  }

  private func text(_ event: LogEvent, _ metadata: Logger.Metadata, at time: String) -> String {
    let fields = metadata.sorted { $0.key < $1.key }.map { key, value in
      " \(key)=\(Self.plain(Self.joined(value)))"
    }
    return "\(time) \(event.level.rawValue) \(Self.plain("\(event.message)", quotes: false))"
      + fields.joined() + "\n"
  }

  private static func joined(_ value: Logger.MetadataValue) -> String {
    guard case .array(let values) = value else { return "\(value)" }
    return values.map { "\($0)" }.joined(separator: ",")
  }

  /// Quotes a text where needed, so that a client's text cannot fake a line or a field.
  private static func plain(_ text: String, quotes: Bool = true) -> String {
    let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") }
    guard !isPlain, quotes || text.contains(where: \.isNewline) else { return text }
    return text.debugDescription
  }
}

/// A value in a JSON line; numbers stay numbers.
private enum LogField: Encodable {
  case text(String)
  case number(Int)
  case list([LogField])

  init(_ value: Logger.MetadataValue) {
    switch value {
    case .array(let values): self = .list(values.map { LogField($0) })
    case .string(let text): self = .text(text)
    case .stringConvertible(let number as Int): self = .number(number)
    case .stringConvertible(let number as Int64): self = .number(Int(number))
    case .stringConvertible, .dictionary: self = .text("\(value)")
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number): try container.encode(number)
    case .list(let fields): try container.encode(fields)
    }
  }
}
