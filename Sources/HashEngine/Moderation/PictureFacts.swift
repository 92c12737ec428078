/// What is known of a picture besides its hashes, for people and programs.
public struct PictureFacts: Sendable, Hashable {
  /// The format that its bytes announce.
  public let format: ImageFormat
  /// The width in pixels, as stored.
  public let width: Int
  /// The height in pixels, as stored.
  public let height: Int
  /// Frames that were decoded; 1 for a picture that is no animation.
  public let frameCount: Int
  /// PDQ's quality of the first frame, 0 to 100; `nil` when it has no PDQ.
  public let quality: Int?
  /// Whether the picture is too flat, or too small, for a hash that could be compared.
  public let lacksDetail: Bool
  /// The media type of what lies behind the picture; `nil` for nothing.
  public let trailing: String?
  /// Whether the file says where the picture was taken.
  public let hasLocation: Bool

  /// The facts that a fingerprint tells.
  public init(of fingerprint: Fingerprint) {
    format = fingerprint.format
    width = fingerprint.width
    height = fingerprint.height
    frameCount = fingerprint.frameCount
    quality = fingerprint.pdq?.quality
    // A part of it, or the picture turned, may have what the whole lacks.
    lacksDetail = fingerprint.frames.allSatisfy {
      ($0.pdq.map { !$0.isComparable } ?? false) && $0.views.isEmpty
    }
    trailing = fingerprint.trailing
    hasLocation = fingerprint.hasLocation
  }
}

extension PictureFacts {
  /// Reads what ``write(to:)`` wrote; `nil` for anything else.
  init?(_ record: inout RecordReader) {
    guard let format = record.uint8().flatMap({ ImageFormat(code: $0) }),
      let width = record.uint32(), let height = record.uint32(), let frames = record.uint32(),
      let quality = record.uint8(), let flags = record.uint8(), let trailing = record.text()
    else { return nil }
    self.format = format
    self.width = Int(width)
    self.height = Int(height)
    frameCount = Int(frames)
    self.quality = quality <= 100 ? Int(quality) : nil
    lacksDetail = flags & 1 != 0
    hasLocation = flags & 2 != 0
    self.trailing = trailing.isEmpty ? nil : trailing
  }

  func write(to record: inout RecordWriter) {
    record.append(format.code)
    for number in [width, height, frameCount] { record.append(UInt32(clamping: number)) }
    record.append(quality.map { UInt8(clamping: $0) } ?? 255)
    record.append(UInt8((lacksDetail ? 1 : 0) | (hasLocation ? 2 : 0)))
    record.append(trailing ?? "")
  }
}
