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
    subcommands: [Run.self, Config.self, CheckCommand.self, TokenCommand.self],
    defaultSubcommand: Run.self)

  static func main() async {
    StandardDescriptors.occupy()
    do {
      var command = try await asyncParseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      do {
        if code.isSuccess { try print(message, terminator: "") } else { complain(message) }
      } catch {
        complain("hashd: \(error)")
        exit(withError: ExitCode(2))
      }
      exit(withError: code)
    }
  }

  /// Prints a line on standard output.
  ///
  /// - Throws: ``StartError`` when it cannot be written.
  static func print(_ line: String, terminator: String = "\n") throws(StartError) {
    do {
      try FileDescriptor.standardOutput.writeAll((line + terminator).utf8)
    } catch {
      throw StartError("the output could not be written: \(error)")
    }
  }

  private static func complain(_ line: String) {
    guard !line.isEmpty else { return }
    _ = try? FileDescriptor.standardError.writeAll("\(line)\n".utf8)
  }

  /// Turns errors into a line on standard error and status 2.
  static func reporting(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let code as ExitCode {
      throw code
    } catch {
      complain("hashd: \(error)")
      throw ExitCode(2)
    }
  }
}

/// Settings on the command line.
struct SettingsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The settings file, in YAML. Default: HASHD_CONFIG in the environment, else /etc/hashd.yaml for root and the user"
        + " hashd.", valueName: "file"))
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
      file: (config ?? environment[SettingsSource.fileVariable]).map { FilePath($0) }
        ?? SettingsSource.systemFile)
  }
}

struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answer requests until SIGTERM or SIGINT (the default).",
    discussion: """
      A setting is taken from the command line, else from HASHD_… in the environment, else from the file, \
      else it has its default. An unknown setting keeps the daemon from starting. SIGHUP opens the log file anew \
      and reads the settings again; those that count only from the start on are named in the log. The exit status is 2 when the daemon cannot start.
      """)

  @OptionGroup var options: SettingsOptions

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    do {
      guard !CommandLine.arguments.isEmpty else {
        throw SettingsError(description: "the command line cannot be read; is /proc mounted?")
      }
      let read: @Sendable () throws -> (Settings, SettingsSource) = { [options] in
        let source = try options.source(environment)
        return (try Settings(source, environment: environment), source)
      }
      let (settings, source) = try read()
      try await Daemon(
        settings: settings, environment: environment, source: source, reread: read
      ).run()
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
    try Hashd.reporting {
      let source = try options.source(environment)
      try Hashd.print(try SettingsText(source, environment: environment).text, terminator: "")
    }
  }
}
