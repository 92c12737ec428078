import ArgumentParser
import HashEngine
import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
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

  /// Opens the database; with `creates`, makes it if there is none.
  func open(creates: Bool = false) throws -> ListStore {
    do {
      return try ListStore(at: try folder(), creates: creates)
    } catch let error as StorageError where error.code == .missing {
      throw Failure("\(error); \"hashscan import\" makes one")
    } catch let error as StorageError {
      throw Failure("\(error)")
    }
  }

  /// Opens the database if there is one.
  func openIfThere() throws -> ListStore? {
    do {
      return try ListStore(at: try folder())
    } catch let error as StorageError where error.code == .missing {
      return nil
    } catch let error as StorageError {
      throw Failure("\(error)")
    }
  }

  private func folder() throws -> FilePath {
    if let path { return FilePath(path) }
    do {
      return try DatabaseLocation.standard(in: ProcessInfo.processInfo.environment)
    } catch {
      throw Failure("no database: state --db (\(error))")
    }
  }
}

/// An error as a sentence for people; the command prints it and ends with status 2.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
