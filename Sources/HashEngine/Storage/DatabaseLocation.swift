public import SystemPackage

/// The default place of the database.
public enum DatabaseLocation {
  /// There is no default place.
  public struct Unknown: Error, CustomStringConvertible {
    public let description = "no default place for the database: HOME is not set"
  }

  /// `HASHSCAN_DB`, else `hashscan` in `XDG_DATA_HOME`, else `.local/share/hashscan` in `HOME`. An empty
  /// variable counts as not set.
  public static func standard(
    in environment: [String: String]
  ) throws(Unknown) -> FilePath {
    func variable(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    if let path = variable("HASHSCAN_DB") { return FilePath(path) }
    if let data = variable("XDG_DATA_HOME") { return FilePath(data).appending("hashscan") }
    guard let home = variable("HOME") else { throw Unknown() }
    return FilePath(home).appending(".local/share/hashscan")
  }
}
