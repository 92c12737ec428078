import HashEngine
import SystemPackage

/// The settings in force, as a YAML file that would make them so.
struct SettingsText {
  let text: String

  /// - Throws: ``SettingsError`` for unknown or invalid settings.
  init(_ source: SettingsSource, environment: [String: String]) throws(SettingsError) {
    let settings = try Settings(source, environment: environment)
    var lines: [String] = []
    var section: Substring = ""
    for key in SettingKey.allCases {
      let parts = key.rawValue.split(separator: ".")
      let isNested = parts.count == 2
      if isNested, parts[0] != section { lines.append("\(parts[0]):") }
      section = isNested ? parts[0] : ""
      let (value, place) = source.value(of: key) ?? (Self.found(key, settings), "default")
      let indent = isNested ? "  " : ""
      lines.append("\(indent)# \(key.help) (\(place))")
      if key == .confinement { lines.append("# reached here: \(Self.level(settings))") }
      lines.append("\(indent)\(parts[parts.count - 1]): \(Self.quoted(value))")
    }
    text = lines.map { $0 + "\n" }.joined()
  }

  /// The default that follows from the environment.
  private static func found(_ key: SettingKey, _ settings: Settings) -> String {
    switch key {
    case .database: settings.database.string
    case .socketPath: settings.socketPath?.string ?? "none"
    default: ""
    }
  }

  /// How far decoders are confined on this machine.
  private static func level(_ settings: Settings) -> String {
    do {
      return try ChosenFingerprinter(
        settings.confinement,
        ConfinedFingerprinter.Options(workers: 1, limits: settings.decoding)
      ).levelText
    } catch {
      return "\(error)"
    }
  }

  private static func quoted(_ value: String) -> String {
    let escaped = value.map { $0 == "\\" || $0 == "\"" ? "\\\($0)" : String($0) }.joined()
    return "\"\(escaped)\""
  }
}
