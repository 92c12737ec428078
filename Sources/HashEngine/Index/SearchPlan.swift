/// How sealed hashes are searched for one radius: by bands, or all of them, whichever costs less.
public enum SearchPlan: Sendable, Hashable {
  /// Within which radius each band's key is probed; -1 for a band that is left out.
  case bands([Int])
  /// Every sealed hash is compared.
  case scan

  /// Costs in nanoseconds, on one thread with the data in memory. Only their ratios matter, and those are
  /// similar on all machines.
  private struct Cost {
    let probe: Double
    let candidate: Double
    /// A hash in a scan of all.
    let scanned: Double

    static func of(width: Int, _ order: BandLayout.Order) -> Cost {
      switch (BandContent.of(width: width), order) {
      case (.numbers, .directories): Cost(probe: 2, candidate: 16, scanned: 0.8)
      case (.numbers, _): Cost(probe: 3, candidate: 8, scanned: 0.8)
      case (.hashes, _): Cost(probe: 27, candidate: 1, scanned: 0.2)
      }
    }
  }

  /// Plans a search of `count` hashes.
  ///
  /// By the pigeonhole principle, band radii rᵢ whose rᵢ + 1 add up to the radius + 1 miss nothing: a
  /// hash that differs in more than rᵢ bits in every band differs in more bits than the radius in total.
  static func plan(radius: Int, layout: BandLayout, count: Int, width: Int) -> SearchPlan {
    let key = Key(
      radius: radius, bands: layout.bits.count, order: layout.order, count: count, width: width)
    return known.value(for: key) {
      make(radius: $0.radius, layout: layout, count: $0.count, width: $0.width)
    }
  }

  private struct Key: Hashable {
    let radius: Int
    let bands: Int
    let order: BandLayout.Order
    let count: Int
    let width: Int
  }

  /// Plans that were made before: making one takes a considerable part of a search's time.
  private static let known = Memo<Key, SearchPlan>(maximum: 1024)

  private static func make(
    radius: Int, layout: BandLayout, count: Int, width: Int
  ) -> SearchPlan {
    guard radius >= 0, radius < width else { return .scan }
    let costs = Cost.of(width: width, layout.order)
    func cost(_ bits: Int, _ radius: Int) -> Double {
      let perBucket = Double(count) / Double(1 << bits)
      return ProbeMasks.count(bits: bits, radius: radius)
        * (costs.probe + perBucket * costs.candidate)
    }
    func increment(_ band: Int, _ radius: Int) -> Double {
      let bits = layout.bits[band]
      return radius >= bits ? .infinity : cost(bits, radius + 1) - cost(bits, radius)
    }
    var radii = [Int](repeating: -1, count: layout.bits.count)
    for _ in 0...radius {
      // The next bit of radius goes to the band where it costs least.
      let next = radii.indices.min { increment($0, radii[$0]) < increment($1, radii[$1]) }
      guard let next else { return .scan }
      radii[next] += 1
    }
    let bands = zip(layout.bits, radii).reduce(0.0) { $0 + cost($1.0, $1.1) }
    return bands < Double(count) * costs.scanned ? .bands(radii) : .scan
  }
}
