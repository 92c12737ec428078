import ArgumentParser
import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Give clients on TCP a token, list them, and revoke one.",
    discussion: """
      The file of the tokens (the setting "tokens") has their digests only. The daemon looks at it for every request: \
      what is changed here counts at once.
      """,
    subcommands: [TokenAddCommand.self, TokenListCommand.self, TokenRevokeCommand.self])
}

extension SettingsOptions {
  /// The file that these settings name.
  fileprivate func tokenFile() throws -> TokenFile {
    let environment = ProcessInfo.processInfo.environment
    return TokenFile(try Settings(try source(environment), environment: environment).tokens)
  }
}

struct TokenAddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract:
      "Make a token and print it. It is shown this once; one of the same name no longer counts.")

  @Argument(
    help: "The client's name, for the log and the journal: letters, digits, \".\", \"_\" and \"-\"."
  )
  var name: String

  @Option(
    help: ArgumentHelp(
      "What the client may do, with commas: ask, history, change.", valueName: "rights"))
  var rights = "ask"

  @OptionGroup var options: SettingsOptions

  func validate() throws {
    guard Right.all(in: rights) != nil else {
      throw ValidationError("rights are ask, history and change, with commas")
    }
  }

  func run() throws {
    try Hashd.reporting {
      guard let made = AccessToken.make(named: name, rights: Right.all(in: rights) ?? []) else {
        throw StartError("\"\(name)\": a name is 1 to 64 letters, digits, \".\", \"_\" or \"-\"")
      }
      // Printed first: one that nobody has seen must not take the place of one that is used.
      let file = try options.tokenFile()
      try Hashd.print(made.secret)
      try file.add(made.token)
    }
  }
}

struct TokenListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Print the clients that have a token, and their rights.")

  @OptionGroup var options: SettingsOptions

  func run() throws {
    try Hashd.reporting {
      for token in try options.tokenFile().tokens() {
        try Hashd.print("\(token.name)  \(Right.text(of: token.rights))")
      }
    }
  }
}

struct TokenRevokeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Refuse a client's token from now on.")

  @Argument(help: "The client's name.")
  var name: String

  @OptionGroup var options: SettingsOptions

  func run() throws {
    try Hashd.reporting {
      guard try options.tokenFile().revoke(name) else {
        throw StartError("there is no token named \"\(name)\"")
      }
      try Hashd.print("\(name): revoked")
    }
  }
}
