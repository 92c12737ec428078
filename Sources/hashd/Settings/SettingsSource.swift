import Configuration
import HashEngine
import SystemPackage
import Yams

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A setting that is unknown or invalid; the daemon does not start.
struct SettingsError: Error, CustomStringConvertible {
  let description: String
}

/// The values that were set, and where.
struct SettingsSource {
  /// A place where values are set. The first place that has a key counts.
  private struct Place {
    let name: String
    let reader: ConfigReader
  }

  private let places: [Place]
  /// The file that was read; `nil` for none.
  let file: FilePath?

  /// - Parameters:
  ///   - assignments: `KEY=VALUE` of the command line.
  ///   - file: A YAML file; `nil` for none.
  /// - Throws: ``SettingsError`` for a key that is not known, wherever it is set.
  init(
    assignments: [(key: String, value: String)], environment: [String: String], file: FilePath?
  ) throws(SettingsError) {
    var places: [Place] = []
    places.append(try Self.place("command line", assignments))
    let variables = environment.filter { $0.key.hasPrefix("HASHD_") && $0.key != Self.fileVariable }
    let known = Set(SettingKey.allCases.map(\.variable))
    if let unknown = variables.keys.filter({ !known.contains($0) }).min() {
      throw SettingsError(description: "environment: unknown setting \(unknown)")
    }
    places.append(
      Place(
        name: "environment",
        reader: ConfigReader(
          provider: EnvironmentVariablesProvider(environmentVariables: variables)
        ).scoped(to: "hashd")))
    if let file { places.append(try Self.place(file.string, try Self.values(of: file))) }
    self.places = places
    self.file = file
  }

  /// The environment variable that names the settings file.
  static let fileVariable = "HASHD_CONFIG"

  /// The service's file; `nil` where there is none, and for users whom it does not concern.
  static var systemFile: FilePath? {
    let file = FilePath("/etc/hashd.yaml")
    let isForUser = DatabaseLocation.isUserOfSystem
    return isForUser && file.withPlatformString({ access($0, F_OK) }) == 0 ? file : nil
  }

  /// A value as it was set, and where; else its default; `nil` when that depends on the environment.
  func value(of key: SettingKey) -> (text: String, place: String)? {
    for place in places {
      let name = ConfigKey(key.rawValue.split(separator: ".").map(String.init))
      if let text = place.reader.string(forKey: name) { return (text, place.name) }
    }
    return key.standard.map { ($0, "default") }
  }

  private static func place(
    _ name: String, _ values: [(key: String, value: String)]
  ) throws(SettingsError) -> Place {
    var content: [AbsoluteConfigKey: ConfigValue] = [:]
    for (key, value) in values {
      guard SettingKey(rawValue: key) != nil else {
        throw SettingsError(description: "\(name): unknown setting \"\(key)\"")
      }
      let components = key.split(separator: ".").map(String.init)
      guard content[AbsoluteConfigKey(components)] == nil else {
        throw SettingsError(description: "\(name): \"\(key)\" is set twice")
      }
      content[AbsoluteConfigKey(components)] = ConfigValue(.string(value), isSecret: false)
    }
    return Place(
      name: name, reader: ConfigReader(provider: InMemoryProvider(name: name, values: content)))
  }

  /// The leaves of a YAML file: nested names joined with dots, sequences with commas.
  private static func values(
    of file: FilePath
  ) throws(SettingsError) -> [(key: String, value: String)] {
    let text: String
    do throws(StartError) {
      text = try TextFile.read(file)
    } catch {
      throw SettingsError(description: "\(error)")
    }
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch {
      throw SettingsError(description: "\(file)\(problem(error))")
    }
    // An empty file, or one of comments only.
    guard let root else { return [] }
    var values: [(key: String, value: String)] = []
    try collect(root, at: [], of: file, into: &values)
    return values
  }

  /// What is wrong with a text that is not YAML, on one line.
  private static func problem(_ error: any Error) -> String {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      ":\(mark.line): is not YAML: \(problem)"
    case .reader(let problem, _, _, _): ": is not YAML: \(problem)"
    default: ": is not YAML"
    }
  }

  private static func collect(
    _ node: Node, at path: [String], of file: FilePath,
    into values: inout [(key: String, value: String)]
  ) throws(SettingsError) {
    let key = path.joined(separator: ".")
    switch node {
    case .mapping(let mapping):
      for (name, child) in mapping {
        try collect(child, at: path + [name.string ?? "?"], of: file, into: &values)
      }
    case .sequence(let sequence):
      let texts = sequence.compactMap(\.scalar?.string)
      guard texts.count == sequence.count, !path.isEmpty else {
        throw SettingsError(description: "\(file): \"\(key)\" is no list of plain values")
      }
      values.append((key, texts.joined(separator: ",")))
    case .scalar(let scalar):
      guard !path.isEmpty else {
        throw SettingsError(description: "\(file): expected setting names with values")
      }
      values.append((key, scalar.string))
    case .alias:
      throw SettingsError(description: "\(file): \"\(key)\" is an alias; they are not supported")
    }
  }
}
