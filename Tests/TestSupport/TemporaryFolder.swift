import Foundation
public import SystemPackage

/// A folder for one test, removed with it.
public final class TemporaryFolder: Sendable {
  public let path: FilePath

  public init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "hashscan-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = FilePath(url.path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }

  /// A path in the folder.
  public func path(_ name: String) -> FilePath { path.appending(name) }

  /// Writes a file and gives its path.
  @discardableResult
  public func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> FilePath {
    let path = path(name)
    let url = URL(filePath: path.string)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return path
  }

  @discardableResult
  public func write(_ text: String, to name: String) throws -> FilePath {
    try write(Array(text.utf8), to: name)
  }
}
