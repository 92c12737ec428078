/// Which views of a picture are hashed, besides the picture itself.
public enum ViewSet: Sendable, Hashable {
  case none
  /// Those in which it is asked.
  case asked(Effort)
  /// Those by which copies that were cropped will be found.
  case crops

  /// - Parameter effort: ``asked(_:)``, where it asks for more than the picture.
  package static func upTo(_ effort: Effort) -> ViewSet {
    effort > .exact ? .asked(effort) : .none
  }

  /// - Throws: ``ImageError`` `time-limit`.
  func hashes(
    of luma: LumaGrid, _ picture: PDQFingerprint, limits: DecodingLimits
  ) throws(ImageError) -> [ViewedHash] {
    switch self {
    case .none: []
    case .asked(let effort):
      try PictureViews(of: luma, picture, upTo: effort, limits: limits).hashes
    case .crops: PictureCrops(of: luma, picture).hashes
    }
  }
}
