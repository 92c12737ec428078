import HashEngine
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Whether a daemon with some settings would do what its operator expects.
struct Checkup {
  enum Grade: String { case ok, warning, wrong }

  /// What was found out about one thing.
  struct Finding: CustomStringConvertible {
    let grade: Grade
    let text: String

    var description: String { "\(grade.rawValue): \(text)" }
  }

  private(set) var findings: [Finding] = []

  init(_ options: SettingsOptions, environment: [String: String]) {
    let settings: Settings
    do {
      let source = try options.source(environment)
      settings = try Settings(source, environment: environment)
      note(.ok, "settings: can be used" + (source.file.map { " (\($0))" } ?? ""))
      if let file = source.file { checkMode(of: file, allowed: 0o640, "settings") }
    } catch {
      note(.wrong, "settings: \(error)")
      return
    }
    checkSockets(settings)
    checkTokens(settings)
    checkDatabase(settings, environment)
    checkConfinement(settings)
    if let file = settings.logFile {
      let folder = file.removingLastComponent()
      let isThere = file.withPlatformString { access($0, F_OK) } == 0
      let isWritable = (isThere ? file : folder).withPlatformString { access($0, W_OK) } == 0
      note(
        isWritable ? .ok : .wrong, "log.file: \(file)" + (isWritable ? "" : " cannot be written"))
    }
    if let root = settings.pathRoot {
      do throws(StartError) {
        _ = try PathRoot(root)
        note(.ok, "path_root: \(root) can be read")
      } catch {
        note(.wrong, "\(error)")
      }
    }
  }

  private mutating func note(_ grade: Grade, _ text: String) {
    findings.append(Finding(grade: grade, text: text))
  }

  private mutating func checkSockets(_ settings: Settings) {
    if let path = settings.socketPath {
      let folder = path.removingLastComponent()
      var status = stat()
      if path.withPlatformString({ lstat($0, &status) }) == 0, status.st_mode & S_IFMT != S_IFSOCK {
        note(.wrong, "socket: \(path) exists, and is not a socket")
      } else if folder.withPlatformString({ access($0, F_OK) }) != 0 {
        note(
          .warning,
          "socket: there is no folder \(folder); the service manager makes it at the start")
      } else {
        note(.ok, "socket: \(path)")
      }
      if let group = settings.socketGroup, gid_t(group) == nil, getgrnam(group) == nil {
        note(.wrong, "socket.group: there is no group named \(group)")
      }
    }
    for address in settings.addresses {
      guard address.isOfThisMachine else {
        note(.wrong, "tcp: \(address) is not an address of this machine")
        continue
      }
      note(
        .ok,
        "tcp: \(address), "
          + (address.isLoopback ? "for programs of this machine" : "for clients with a token"))
    }
  }

  private mutating func checkTokens(_ settings: Settings) {
    let isNeeded = settings.addresses.contains { !$0.isLoopback }
    do throws(StartError) {
      let tokens = try TokenFile(settings.tokens).tokens()
      if isNeeded, tokens.isEmpty {
        note(.wrong, "tokens: no client has one; \"hashd token add NAME\" makes one")
      } else if !tokens.isEmpty {
        note(.ok, "tokens: of \(tokens.map(\.name).joined(separator: ", "))")
        checkMode(of: settings.tokens, allowed: 0o640, "tokens")
      }
    } catch {
      note(.wrong, "tokens: \(error)")
    }
  }

  private mutating func checkDatabase(_ settings: Settings, _ environment: [String: String]) {
    let folder = settings.database
    do {
      let store = try ListStore(at: folder)
      checkMode(of: folder, allowed: 0o700, "database")
      for file in ["data.mdb", "lock.mdb"] {
        checkMode(of: folder.appending(file), allowed: 0o600, "database")
      }
      if folder.appending("restoring").withPlatformString({ access($0, F_OK) }) == 0 {
        note(
          .warning,
          "database: \(folder)/restoring is of a restore that was broken off, or is under way; it holds lists"
        )
      }
      let lists = try store.lists()
      let entries = lists.reduce(0) { $0 + $1.count }
      note(.ok, "database: \(folder), lists: \(lists.count), entries: \(entries)")
      if let problem = try store.verifyJournal().problems.first {
        note(.wrong, "database: the journal is not whole: \(problem)")
      }
      let states = try Moderator(store).searchedLists()
      if !states.contains(where: \.canMatch) {
        note(.wrong, "lists: none is in force: no picture can match; see \"hashscan lists\"")
      } else {
        note(
          .ok, "lists: in force: \(states.filter(\.canMatch).map(\.name).joined(separator: ", "))")
      }
      for state in states {
        if let concern = state.concern(isNamed: false) { note(.warning, "lists: \(concern)") }
      }
    } catch let error as StorageError where error.code == .missing {
      note(.warning, "database: \(error); the daemon makes an empty one")
    } catch {
      note(.wrong, "database: \(error)")
    }
    var shell = environment
    for name in DatabaseLocation.variables { shell[name] = nil }
    if let usual = try? DatabaseLocation.standard(in: shell), usual != folder {
      note(
        .warning,
        "database: hashscan uses \(usual) unless HASHD_DATABASE or --database says otherwise: mind that you do not have"
          + " two")
    }
  }

  private mutating func checkConfinement(_ settings: Settings) {
    do {
      let chosen = try ChosenFingerprinter(
        settings.confinement,
        ConfinedFingerprinter.Options(workers: 1, limits: settings.decoding))
      let isFull = chosen.shortfall == nil && settings.confinement != .off
      note(isFull ? .ok : .warning, "confinement: decoders are confined: \(chosen.levelText)")
    } catch {
      note(.wrong, "confinement: \(error)")
    }
  }

  /// Looks whether others may do more with a file than they should, and the service what it must.
  private mutating func checkMode(of path: FilePath, allowed: mode_t, _ name: String) {
    var status = stat()
    guard path.withPlatformString({ stat($0, &status) }) == 0 else { return }
    if let service = getpwnam(DatabaseLocation.serviceUser), geteuid() == 0 {
      let (owner, group) = (service.pointee.pw_uid, service.pointee.pw_gid)
      let readable: mode_t =
        status.st_uid == owner ? S_IRUSR : status.st_gid == group ? S_IRGRP : S_IROTH
      if status.st_mode & readable == 0 {
        note(
          .wrong,
          "\(name): user \(DatabaseLocation.serviceUser) cannot read \(path); \"systemd-tmpfiles --create hashd.conf\""
            + " gives the installed files to it")
      }
    }
    let mode = status.st_mode & 0o777
    guard mode & ~allowed != 0 else { return }
    let wanted = String(mode & allowed, radix: 8)
    note(
      .warning,
      "\(name): \(path) has permissions \(String(mode, radix: 8)): others than the service can get at it; chmod \(wanted)"
        + " \(path)")
  }
}
