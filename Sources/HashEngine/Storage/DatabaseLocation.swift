public import SystemPackage

/// Where the database lies when nobody says where.
public enum DatabaseLocation {
  /// There is no place to take.
  public struct Unknown: Error, CustomStringConvertible {
    public let description = "no place for it: there is no HOME to look in"
  }

  /// `HASHSCAN_DB`, else `hashscan` in `XDG_DATA_HOME`, else `.local/share/hashscan` in `HOME`. A variable
  /// that is set to nothing counts as not set.
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
