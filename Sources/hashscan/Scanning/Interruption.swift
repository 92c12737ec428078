import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Ctrl-C, or a request to end: the first ends the work in good order, the second at once. Decoders ignore it, so that the
/// pictures under way are finished.
enum Interruption {
  /// How often a signal came.
  private static let count = Atomic(0)
  private static let last = Atomic<Int32>(SIGINT)

  /// The status of a command that was interrupted: 128 and the signal's number.
  static var exitStatus: Int32 { 128 + last.load(ordering: .relaxed) }

  /// Begins to take signals.
  static func listen() {
    // Made before the handler, which may do nothing but add to it.
    count.store(0, ordering: .relaxed)
    last.store(SIGINT, ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interruption.last.store(number, ordering: .relaxed)
        if Interruption.count.add(1, ordering: .relaxed).newValue > 1 { _exit(128 + number) }
      }
    }
  }

  static var isInterrupted: Bool { count.load(ordering: .relaxed) > 0 }
}
