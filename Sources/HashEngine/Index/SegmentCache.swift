internal import Synchronization

/// The segment that was used last, so that a search need not collect its parts from the database again: there
/// are dozens, and collecting them takes a considerable part of a search's time.
///
/// The parts of a generation are written once, before any header names it, and stay where they are in the map
/// until no transaction can see a header that names it (see ``Segment/staysInPlace``). So a transaction that
/// reads that header may use the segment kept for it, as long as the map has not changed.
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

// It holds pointers to bytes that nobody writes.
extension Segment: @unchecked Sendable {}
