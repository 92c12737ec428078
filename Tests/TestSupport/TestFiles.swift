import Foundation
public import SystemPackage

/// Files that tests read.
public enum TestFiles {
  /// The checkout.
  public static let root: FilePath = {
    var path = FilePath(#filePath)
    for _ in 0..<3 { path.removeLastComponent() }
    return path
  }()

  /// What the project brings along.
  public static let fixtures = root.appending("Fixtures")

  /// Pictures and lists of others that may lie beside the checkout; tests that need them are
  /// skipped, visibly, where they do not.
  public static let shared = root.removingLastComponent().appending("shared")

  public static let hasShared = FileManager.default.fileExists(
    atPath: shared.appending("images").string)

  public static func bytes(of path: FilePath) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(filePath: path.string)))
  }

  /// The rows of a table with named columns.
  public static func table(
    _ path: FilePath, separator: Character
  ) throws -> [[String: String]] {
    let text = String(decoding: try bytes(of: path), as: UTF8.self)
    let lines = text.split(separator: "\n").map {
      $0.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
    guard let header = lines.first else { return [] }
    return lines.dropFirst().map { Dictionary(zip(header, $0)) { first, _ in first } }
  }

  /// All files below a folder, in order.
  public static func files(below folder: FilePath) -> [FilePath] {
    let names = FileManager.default.enumerator(atPath: folder.string)?.compactMap { $0 as? String }
    return (names ?? []).sorted().map { folder.appending($0) }.filter { path in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: path.string, isDirectory: &isFolder)
        && !isFolder.boolValue
    }
  }
}
