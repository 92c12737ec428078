internal import Synchronization

/// The segment that was used last, so that a search need not gather its parts from the database again: there
/// are dozens, and gathering them takes as long as a good part of a search.
///
/// The parts of a generation are written once, before any header names it, and stay where they are in the
/// map until no transaction can see a header that names it (see ``Segment/staysInPlace``). So whoever reads that header may use what was
/// gathered under it, as long as the map is the same.
final class SegmentCache<Hash: BinaryHash>: Sendable {
  private struct Known {
    let header: SegmentHeader
    let mapChanges: Int
    let segment: Segment<Hash>
  }

  private let known = Mutex<Known?>(nil)

  /// The segment of that header, `nil` when another one was used last.
  func segment(_ header: SegmentHeader, mapChanges: Int) -> Segment<Hash>? {
    guard let known = known.withLock({ $0 }), known.header == header,
      known.mapChanges == mapChanges
    else { return nil }
    return known.segment
  }

  func keep(_ segment: Segment<Hash>, _ header: SegmentHeader, mapChanges: Int) {
    let new = Known(header: header, mapChanges: mapChanges, segment: segment)
    known.withLock { $0 = new }
  }
}

// Pointers to bytes that nobody writes.
extension Segment: @unchecked Sendable {}
