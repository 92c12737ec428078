import Synchronization
import SystemPackage

/// Which database a command has changed; told on standard error when it has succeeded.
enum ChangedDatabase {
  private static let line = Mutex<String?>(nil)

  /// - Parameter isNew: Whether the command has made it.
  static func note(_ folder: FilePath, isNew: Bool) {
    line.withLock { $0 = "database: \(ShownPath(folder))\(isNew ? " (a new one)" : "")" }
  }

  /// Says nothing of it, for jobs that are to be silent.
  static func forget() { line.withLock { $0 = nil } }

  /// Tells it, once.
  static func tell() {
    let told = line.withLock { line in
      defer { line = nil }
      return line
    }
    if let told { Terminal.warn(told) }
  }
}
