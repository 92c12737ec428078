import HashEngine
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A database of its own, thrown away afterwards, in which pictures are listed on trial: what it finds is what
/// the real one would.
final class TrialList {
  let blocklist: Blocklist
  private let folder: FilePath

  /// - Parameter settings: Those of the list they are meant for.
  init(_ pictures: [Takedown], settings: ListSettings) throws {
    var template = Array("\(Self.temporary)/hashscan-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw Failure("no preview: no room for temporary files: \(Errno(rawValue: errno))")
    }
    let name = template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    folder = FilePath(String(decoding: name, as: UTF8.self))
    blocklist = try Blocklist(at: folder, creates: true)
    try blocklist.create("trial")
    try blocklist.set("trial") {
      $0.pdqRadius = settings.pdqRadius
      $0.reviewRadius = settings.reviewRadius
      $0.effort = settings.effort
    }
    try blocklist.takeDown(pictures, on: "trial", reason: "preview")
  }

  deinit {
    for file in ["data.mdb", "lock.mdb"] {
      _ = folder.appending(file).withPlatformString { unlink($0) }
    }
    _ = folder.withPlatformString { rmdir($0) }
  }

  private static var temporary: String {
    guard let folder = getenv("TMPDIR"), folder.pointee != 0 else { return "/tmp" }
    return String(cString: folder)
  }
}
