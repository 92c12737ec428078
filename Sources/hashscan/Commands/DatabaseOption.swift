import ArgumentParser
import HashEngine
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Which database a command works on.
struct DatabaseOption: ParsableArguments {
  @Option(
    name: .customLong("db"),
    help: ArgumentHelp(
      "The folder of the database.",
      discussion: """
        Default: the environment's HASHSCAN_DB, else hashscan in $XDG_DATA_HOME, else \
        ~/.local/share/hashscan.
        """,
      valueName: "folder"))
  var path: String?

  /// Opens the database; makes it when `creates`.
  func open(creates: Bool = false) throws -> Blocklist {
    do {
      return try Blocklist(at: try folder(), creates: creates)
    } catch let error as StorageError where error.code == .missing {
      throw Failure("\(error); \"hashscan import\" makes one")
    } catch let error as StorageError {
      throw Failure("\(error)")
    }
  }

  private func folder() throws -> FilePath {
    if let path = path ?? Self.variable("HASHSCAN_DB") { return FilePath(path) }
    if let data = Self.variable("XDG_DATA_HOME") { return FilePath(data).appending("hashscan") }
    guard let home = Self.variable("HOME") else {
      throw Failure("no database: state --db, there is no HOME to look in")
    }
    return FilePath(home).appending(".local/share/hashscan")
  }

  /// An environment variable; one that is set to nothing counts as not set.
  private static func variable(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }
}

/// A sentence for people; the command ends with it and status 2.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
