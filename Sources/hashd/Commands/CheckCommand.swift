import ArgumentParser

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract:
      "Check the settings, the rights, the database, the lists and the confinement of decoders.",
    discussion: """
      Run it as the user that the daemon has, or as root. A line for each thing, which begins with "ok", "warning" or \
      "wrong". Exit status: 0 nothing is wrong, 1 there are warnings, 2 something is wrong.
      """)

  @OptionGroup var options: SettingsOptions

  func run() throws {
    try Hashd.reporting {
      let findings = Checkup(options, environment: ProcessInfo.processInfo.environment).findings
      for finding in findings { try Hashd.print("\(finding)") }
      if findings.contains(where: { $0.grade == .wrong }) { throw ExitCode(2) }
      if findings.contains(where: { $0.grade == .warning }) { throw ExitCode(1) }
    }
  }
}
