internal import Crypto
internal import Synchronization

/// Pictures that have ended a worker, by their digests: they are not tried again for a while.
final class SuspectPictures: Sendable {
  private struct Suspect {
    let digest: SHA256.Digest
    let error: ImageError
    let until: ContinuousClock.Instant
  }

  private static let time = Duration.seconds(600)
  private static let most = 4096

  /// Grouped by file size, so that a picture of any other size need not be digested.
  private let suspects = Mutex<(byCount: [Int: [Suspect]], count: Int)>(([:], 0))

  /// What became of the same bytes before; `nil` when they are not suspect.
  func error(for bytes: Span<UInt8>) -> ImageError? {
    let known = suspects.withLock { $0.byCount[bytes.count] ?? [] }
    guard !known.isEmpty else { return nil }
    let digest = bytes.withUnsafeBytes { SHA256.hash(data: $0) }
    let now = ContinuousClock.now
    guard let suspect = known.first(where: { $0.digest == digest && $0.until > now }) else {
      return nil
    }
    let minutes = Int(((suspect.until - now) / .seconds(60)).rounded(.up))
    return ImageError(
      suspect.error.code,
      "not tried again, since it ended its decoder a short while ago; it will be tried again after"
        + " \(minutes) min")
  }

  func add(_ bytes: Span<UInt8>, _ error: ImageError) {
    let digest = bytes.withUnsafeBytes { SHA256.hash(data: $0) }
    let now = ContinuousClock.now
    suspects.withLock { suspects in
      if suspects.count >= Self.most {
        suspects.byCount = suspects.byCount.mapValues { $0.filter { $0.until > now } }
          .filter { !$0.value.isEmpty }
        suspects.count = suspects.byCount.values.reduce(0) { $0 + $1.count }
        // Past this number in so short a time, all are forgotten, to bound memory.
        if suspects.count >= Self.most { suspects = ([:], 0) }
      }
      suspects.byCount[bytes.count, default: []].append(
        Suspect(digest: digest, error: error, until: now + Self.time))
      suspects.count += 1
    }
  }
}
