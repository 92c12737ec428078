import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Ctrl-C: the first ends the work in good order, the second at once. Decoders ignore it, so that the pictures under way
/// are finished.
enum Interruption {
  /// The status of a command that was interrupted: 128 and the signal's number.
  static let exitStatus = 128 + SIGINT

  /// How often Ctrl-C came.
  private static let count = Atomic(0)

  /// Begins to take Ctrl-C.
  static func listen() {
    // Made before the handler, which may do nothing but add to it.
    count.store(0, ordering: .relaxed)
    signal(SIGINT) { _ in
      if Interruption.count.add(1, ordering: .relaxed).newValue > 1 {
        _exit(Interruption.exitStatus)
      }
    }
  }

  static var isInterrupted: Bool { count.load(ordering: .relaxed) > 0 }
}
