/// Which views of a picture are hashed, besides the picture itself.
public enum ViewSet: Sendable, Hashable {
  /// No view but the picture itself.
  case none
  /// The views in which a picture is looked up at this effort.
  case queried(Effort)
  /// Crops of the picture, by which cropped copies of it will be found.
  case crops

  /// The views of an effort; ``none`` for `exact`, which has only the picture itself.
  package static func upTo(_ effort: Effort) -> ViewSet {
    effort > .exact ? .queried(effort) : .none
  }

  /// - Throws: ``ImageError`` `time-limit`.
  func hashes(
    of luma: LumaGrid, _ picture: PDQFingerprint, _ coefficients: PDQCoefficients,
    turns: [Orientation], limits: DecodingLimits
  ) throws(ImageError) -> [ViewedHash] {
    switch self {
    case .none: []
    case .queried(let effort):
      try PictureViews(of: luma, picture, coefficients, turns: turns, upTo: effort, limits: limits)
        .hashes
    case .crops: PictureCrops(of: luma, picture).hashes
    }
  }
}
