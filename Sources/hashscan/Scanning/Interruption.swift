import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Ctrl-C: the first ends the work in good order, the second at once.
///
/// Decoders that are started while this lives ignore Ctrl-C, so that the pictures under way are finished.
final class Interruption: Sendable {
  /// The status of a command that was interrupted: 128 and the signal's number.
  static let exitStatus = 128 + SIGINT

  private let count = Atomic(0)
  private let source = Mutex<(any DispatchSourceSignal)?>(nil)

  /// Begins to take Ctrl-C.
  func listen() {
    signal(SIGINT, SIG_IGN)
    source.withLock { source in
      let signals = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
      signals.setEventHandler { [weak self] in self?.came() }
      signals.resume()
      source = signals
    }
  }

  private func came() {
    if count.add(1, ordering: .relaxed).newValue > 1 { _exit(Self.exitStatus) }
  }

  var isInterrupted: Bool { count.load(ordering: .relaxed) > 0 }
}
