import ArgumentParser
import HashEngine
import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The daemon: answers upload servers over a Unix socket. What matches is decided in `HashEngine`.
@main
struct Hashd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hashd",
    abstract: "Answer upload servers over a Unix socket: is this picture on a list?",
    version: Version.text,
    subcommands: [Run.self, Config.self],
    defaultSubcommand: Run.self)
}

/// Settings on the command line.
struct SettingsOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The settings file, in YAML.", valueName: "file"))
  var config: String?

  @Option(help: ArgumentHelp("Short for --set database=….", valueName: "folder"))
  var database: String?

  @Option(help: ArgumentHelp("Short for --set socket.path=….", valueName: "path"))
  var socket: String?

  @Option(
    help: ArgumentHelp(
      "A setting; \"hashd config\" lists them. May be repeated.", valueName: "key=value"))
  var set: [String] = []

  /// - Throws: ``SettingsError``.
  func source(_ environment: [String: String]) throws(SettingsError) -> SettingsSource {
    var assignments: [(key: String, value: String)] = []
    for text in set {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw SettingsError(description: "--set \(text): must be KEY=VALUE")
      }
      assignments.append((String(parts[0]), String(parts[1])))
    }
    if let database { assignments.append((SettingKey.database.rawValue, database)) }
    if let socket { assignments.append((SettingKey.socketPath.rawValue, socket)) }
    return try SettingsSource(
      assignments: assignments, environment: environment,
      file: (config ?? environment[SettingsSource.fileVariable]).map { FilePath($0) })
  }
}

struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answer requests until SIGTERM or SIGINT (the default).",
    discussion: """
      A setting is taken from the command line, else from HASHD_… in the environment, else from the file, \
      else it has its default. An unknown setting keeps the daemon from starting. SIGHUP reopens the log \
      file. The exit status is 2 when the daemon cannot start.
      """)

  @OptionGroup var options: SettingsOptions

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    do {
      guard !CommandLine.arguments.isEmpty else {
        throw SettingsError(description: "the command line cannot be read; is /proc mounted?")
      }
      let settings = try Settings(try options.source(environment), environment: environment)
      try await Daemon(settings: settings, environment: environment).run()
    } catch {
      _ = try? FileDescriptor.standardError.writeAll("hashd: \(error)\n".utf8)
      throw ExitCode(2)
    }
  }
}

struct Config: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the settings in force, as a file for --config, and where each comes from.")

  @OptionGroup var options: SettingsOptions

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    do {
      let source = try options.source(environment)
      print(try SettingsText(source, environment: environment).text, terminator: "")
    } catch {
      _ = try? FileDescriptor.standardError.writeAll("hashd: \(error)\n".utf8)
      throw ExitCode(2)
    }
  }
}
