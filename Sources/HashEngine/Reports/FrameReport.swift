/// A frame whose hashes differ from those of the frames before.
package struct FrameReport: Encodable {
  let frame: Int
  /// The page that shows through: `white` or `black`; absent for the stored pixels.
  let over: String?
  /// Which of the pictures in the file, as in `picture 2` or `thumbnail`; absent for the one that is shown.
  let part: String?
  let pdq: String?
  let quality: Int?
  let phash64: String?

  /// The reports of all frames that have hashes.
  package static func all(of fingerprint: Fingerprint) -> [FrameReport] {
    fingerprint.frames.filter { $0.pdq != nil || $0.phash64 != nil }.map { frame in
      FrameReport(
        frame: frame.number, over: frame.backdrop == .none ? nil : "\(frame.backdrop)",
        part: frame.part.text,
        pdq: frame.pdq?.hash.description, quality: frame.pdq?.quality,
        phash64: frame.phash64?.hash.description)
    }
  }
}
