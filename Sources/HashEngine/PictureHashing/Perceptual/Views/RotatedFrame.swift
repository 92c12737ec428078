#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// What a picture's frame became when it was rotated.
enum RotatedFrame: CaseIterable {
  /// It stayed, and the corners were lost.
  case kept
  /// It shrank to what was still full: what a telephone's "straighten" does.
  case cut
  /// It grew to hold all of the picture.
  case grown

  /// Where the picture's frame was, in shares of what became of it, about the same middle.
  ///
  /// - Parameter aspect: The width of what became of it, divided by its height.
  func extent(_ degrees: Double, _ aspect: Double) -> Region {
    let (sine, cosine) = (abs(sin(degrees * .pi / 180)), cos(degrees * .pi / 180))
    switch self {
    case .kept: return .whole
    case .cut:
      let growth = cosine + max(aspect, 1 / aspect) * sine
      return .inset((1 - growth) / 2)
    case .grown:
      let square = cosine * cosine - sine * sine
      let width = (cosine - sine / aspect) / square
      let height = (cosine - sine * aspect) / square
      guard min(width, height) > 0.3 else { return .whole }
      return Region(
        left: (1 - width) / 2, top: (1 - height) / 2, right: (1 + width) / 2,
        bottom: (1 + height) / 2)
    }
  }
}
