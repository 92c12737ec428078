/// A hash that the lists are asked for, and what of the picture it is of.
struct PictureQuery {
  let query: HashQuery
  var frame = 1
  var view = View.asStored

  /// All that a picture is asked for, digests first.
  static func all(of fingerprint: Fingerprint?, digests: [HashKind: [UInt8]]) -> [PictureQuery] {
    var queries = digests.compactMap { kind, bytes in
      ListedHash(kind: kind, bytes: bytes).map { PictureQuery(query: HashQuery($0)) }
    }
    guard let fingerprint else { return queries }
    for frame in fingerprint.frames {
      queries += exact(frame, shown: fingerprint.orientation)
      for viewed in frame.views {
        queries.append(
          PictureQuery(
            query: HashQuery(ListedHash(viewed.hash), effort: viewed.effort), frame: frame.number,
            view: viewed.view.shown(fingerprint.orientation)))
      }
    }
    return queries
  }

  /// The stored pixels are what other tools hash; the picture as shown is what people share.
  private static func exact(_ frame: FrameFingerprint, shown: Orientation) -> [PictureQuery] {
    var queries: [PictureQuery] = []
    for orientation in shown == .asStored ? [.asStored] : [.asStored, shown] {
      let pdq = frame.pdq.flatMap { $0.isUsable ? ListedHash($0.hash(orientation)) : nil }
      let phash64 = frame.phash64?.hash(orientation).ifUsable.map { ListedHash($0) }
      let view = View(orientation: orientation).shown(shown)
      for hash in [pdq, phash64].compactMap({ $0 }) {
        queries.append(PictureQuery(query: HashQuery(hash), frame: frame.number, view: view))
      }
    }
    return queries
  }
}
