/// Which views of a picture are hashed, besides the picture itself.
public enum ViewSet: Sendable, Hashable {
  /// No view but the picture itself.
  case none
  /// Those in which a picture is looked up at an effort.
  case queried(Effort)
  /// Those by which copies that were cropped will be found.
  case crops

  /// The views of an effort; none where it has none but the picture.
  package static func upTo(_ effort: Effort) -> ViewSet {
    effort > .exact ? .queried(effort) : .none
  }

  /// - Throws: ``ImageError`` `time-limit`.
  func hashes(
    of luma: LumaGrid, _ picture: PDQFingerprint, limits: DecodingLimits
  ) throws(ImageError) -> [ViewedHash] {
    switch self {
    case .none: []
    case .queried(let effort):
      try PictureViews(of: luma, picture, upTo: effort, limits: limits).hashes
    case .crops: PictureCrops(of: luma, picture).hashes
    }
  }
}
