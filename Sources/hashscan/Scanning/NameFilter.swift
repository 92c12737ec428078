import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Which files a scan takes, by patterns as shells have them (`*`, `?`, `[a-z]`). A pattern with a slash is compared
/// with the whole path, another with the last name in it.
struct NameFilter: Sendable {
  /// Only files that one of these fits; all when there is none.
  var included: [String] = []
  /// Neither files that one of these fits, nor what is in such folders.
  var excluded: [String] = []

  func takes(_ path: FilePath, isFolder: Bool) -> Bool {
    guard !included.isEmpty || !excluded.isEmpty else { return true }
    if excluded.contains(where: { Self.fits($0, path) }) { return false }
    return isFolder || included.isEmpty || included.contains { Self.fits($0, path) }
  }

  private static func fits(_ pattern: String, _ path: FilePath) -> Bool {
    guard !pattern.contains("/") else {
      return path.withPlatformString { fnmatch(pattern, $0, 0) == 0 }
    }
    guard let name = path.lastComponent else { return false }
    return name.withPlatformString { fnmatch(pattern, $0, 0) == 0 }
  }
}
