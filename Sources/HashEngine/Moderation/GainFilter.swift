/// Tells whether a picture that matched nothing may match by now: whether it is near anything that the lists have
/// gained. What it lets through is asked of the lists; it makes no verdict.
struct GainFilter: Sendable {
  private let pdq: NearbyHashes
  private let phash64: [PerceptualHash64]
  private let phash64Radius: Int
  private let digests: Set<ListedHash>
  private let isEverything: Bool

  /// - Parameter radii: The radii of a policy, which replace those of the lists.
  init(_ gains: ListGains, radii: [HashKind: Int] = [:]) {
    let radii = gains.radii.merging(radii) { $1 }
    pdq = NearbyHashes(Array(Set(gains.hashes.compactMap(\.pdq))), radius: radii[.pdq] ?? 0)
    phash64 = gains.hashes.compactMap(\.phash64)
    phash64Radius = radii[.phash64] ?? 0
    digests = Set(gains.hashes.filter(\.kind.isDigest))
    isEverything = gains.isEverything
  }

  /// Whether the lists have gained nothing.
  var isEmpty: Bool { !isEverything && pdq.isEmpty && phash64.isEmpty && digests.isEmpty }

  /// Whether a picture with these digests, or with hashes that are read only if need be, has to be asked: also one whose
  /// hashes cannot be read.
  func lets(
    through picture: [HashKind: [UInt8]], hashes: () -> PackedHashes?
  ) -> Bool {
    if isEverything { return true }
    if !digests.isEmpty {
      for (kind, bytes) in picture {
        if let digest = ListedHash(kind: kind, bytes: bytes), digests.contains(digest) {
          return true
        }
      }
    }
    guard !pdq.isEmpty || !phash64.isEmpty else { return false }
    guard let hashes = hashes() else { return true }
    return hashes.pdq.contains { pdq.isNear($0) }
      || hashes.phash64.contains { hash in
        phash64.contains { $0.distance(to: hash) <= phash64Radius }
      }
  }
}
