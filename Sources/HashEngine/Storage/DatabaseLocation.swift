public import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The place of the database when none is named: one for the whole system where the daemon is installed, so that
/// `sudo hashscan takedown` and the daemon never speak of two.
public enum DatabaseLocation {
  /// There is no default place.
  public struct Unknown: Error, CustomStringConvertible {
    public let description = "no default place for the database: HOME is not set"
  }

  /// The system's database, that of the daemon.
  public static let system = FilePath("/var/lib/hashd")

  /// The name of the service's user, to whom the system's database belongs.
  public static let serviceUser = "hashd"

  /// The variables that name the database, the first that is set counts. The second is an older name.
  public static let variables = ["HASHD_DATABASE", "HASHSCAN_DB"]

  /// The default place: what ``variables`` name, else ``system`` where that folder exists or for root and the
  /// service's user, else `hashscan` in `XDG_DATA_HOME`, else `.local/share/hashscan` in `HOME`. An empty variable
  /// counts as not set.
  ///
  /// - Throws: ``Unknown`` when none of these is known.
  public static func standard(
    in environment: [String: String]
  ) throws(Unknown) -> FilePath {
    func variable(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    for name in variables {
      if let path = variable(name) { return FilePath(path) }
    }
    if isUsedBySystem { return system }
    if let data = variable("XDG_DATA_HOME") { return FilePath(data).appending("hashscan") }
    guard let home = variable("HOME") else { throw Unknown() }
    return FilePath(home).appending(".local/share/hashscan")
  }

  private static var isUsedBySystem: Bool {
    var status = stat()
    // A link that leads nowhere counts: its disk is not mounted, and another database would be the wrong one.
    return system.withPlatformString({ lstat($0, &status) }) == 0 || isUserOfSystem
  }

  /// Whether this process is root's or the service's.
  package static var isUserOfSystem: Bool {
    let user = geteuid()
    return user == 0 || user == serviceIdentity?.user
  }

  /// The numbers of the service's user and its group; `nil` where there is no such user.
  static var serviceIdentity: (user: uid_t, group: gid_t)? {
    guard let entry = getpwnam(serviceUser) else { return nil }
    return (entry.pointee.pw_uid, entry.pointee.pw_gid)
  }
}
