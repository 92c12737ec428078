import ArgumentParser
import HashEngine
import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Which database a command works on.
struct DatabaseOption: ParsableArguments {
  @Option(
    name: [.customLong("database"), .customLong("db")],
    help: ArgumentHelp(
      "The folder of the database.",
      discussion: """
        Default: the environment's HASHD_DATABASE, else /var/lib/hashd where the daemon is installed and for root, \
        else hashscan in $XDG_DATA_HOME, else ~/.local/share/hashscan.
        """,
      valueName: "folder"))
  var place: PathArgument?

  /// Opens the database, to read it.
  func open() throws -> ListStore {
    let store = try reportingMissing { try ListStore(at: try folder()) }
    Self.tellUpgrade(of: store)
    return store
  }

  /// Opens the database to change it. When the command has succeeded it says which one that is: somebody who has two must
  /// not believe that the change is in the other.
  ///
  /// - Parameter creates: Makes it if there is none.
  func openForChange(creates: Bool = false) throws -> ListStore {
    let folder = try folder()
    let isNew = folder.appending("data.mdb").withPlatformString { access($0, F_OK) } != 0
    let store = try reportingMissing { try ListStore(at: folder, creates: creates) }
    ChangedDatabase.note(folder, isNew: isNew)
    Self.tellUpgrade(of: store)
    return store
  }

  private static func tellUpgrade(of store: ListStore) {
    guard let upgraded = store.upgraded else { return }
    Terminal.warn(
      "database: upgraded from format \(upgraded.from); as it was, it is kept in \(ShownPath(upgraded.kept))"
    )
  }

  /// What helps somebody who may not open the database.
  static var advice: String {
    geteuid() == 0
      ? ""
      : "; the database is the service's: run this as root or as its user, or name another with --database"
  }

  /// Opens the ledger of the database.
  ///
  /// - Throws: ``Failure`` when there is none, or none that can be opened.
  func openLedger() throws(Failure) -> Ledger {
    let folder = Ledger.folder(of: try folder())
    do throws(StorageError) {
      return try Ledger(at: folder)
    } catch {
      guard error.code == .missing else { throw Failure("\(error)\(Self.advice(for: error))") }
      throw Failure("\(error); \"hashscan scan\" makes a ledger of what it scans")
    }
  }

  /// Opens the ledger of the database if there is one.
  func openLedgerIfThere() throws(Failure) -> Ledger? {
    guard Ledger.isThere(Ledger.folder(of: try folder())) else { return nil }
    return try openLedger()
  }

  private static func advice(for error: StorageError) -> String {
    error.code == .notPermitted ? advice : ""
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

  private func reportingMissing(_ open: () throws -> ListStore) throws -> ListStore {
    do {
      return try open()
    } catch let error as StorageError where error.code == .missing {
      throw Failure(
        "\(error); \"hashscan import\" makes one, \"hashscan db restore\" brings one back")
    } catch let error as StorageError where error.code == .notPermitted {
      throw Failure("\(error)\(Self.advice)")
    } catch let error as StorageError {
      throw Failure("\(error)")
    }
  }

  /// The folder that is meant.
  func folder() throws(Failure) -> FilePath {
    if let place { return place.path }
    do {
      return try DatabaseLocation.standard(in: ProcessInfo.processInfo.environment)
    } catch {
      throw Failure("no database: state --database (\(error))")
    }
  }
}

/// An error as a sentence for people; the command prints it and ends with status 2.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
