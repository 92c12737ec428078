internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The program that decodes pictures on behalf of others.
enum WorkerProgram {
  static let name = "hashworker"

  /// The program's path: beside the running program, as in a build folder, or in `libexec/hashscan`, as
  /// installed.
  ///
  /// - Throws: ``ConfinementError`` `noProgram`, with the places that were looked at.
  static func find() throws(ConfinementError) -> FilePath {
    guard let own = ownProgram else {
      throw ConfinementError(.noProgram, "\(name): not found, since /proc/self/exe is not there")
    }
    let folder = own.removingLastComponent()
    let places = [
      folder.appending(name),
      folder.removingLastComponent().appending("libexec/hashscan").appending(name),
    ]
    if let found = places.first(where: { $0.withPlatformString { access($0, X_OK) == 0 } }) {
      return found
    }
    if let found = places.first(where: { $0.withPlatformString { access($0, F_OK) == 0 } }) {
      throw ConfinementError(.noProgram, "\(found) may not be executed")
    }
    throw ConfinementError(
      .noProgram, "no program \(places.map(\.string).joined(separator: ", and no "))")
  }

  private static var ownProgram: FilePath? {
    var name = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = readlink("/proc/self/exe", &name, name.count - 1)
    guard count > 0 else { return nil }
    // Ended by the zero behind it.
    return name.withUnsafeBufferPointer { $0.baseAddress.map { FilePath(platformString: $0) } }
  }
}
