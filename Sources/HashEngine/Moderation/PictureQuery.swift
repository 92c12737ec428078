/// A hash to look up, with the frame and view that it was computed from.
struct PictureQuery {
  let query: HashQuery
  var frame = 1
  var part = PicturePart.main
  var view = View.asStored

  /// All hashes to look up for a picture, digests first.
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
            part: frame.part, view: viewed.view.shown(fingerprint.orientation).over(frame.backdrop))
        )
      }
    }
    return queries
  }

  /// The stored pixels are what other tools hash; the picture as shown is what people share.
  private static func exact(_ frame: FrameFingerprint, shown: Orientation) -> [PictureQuery] {
    var queries: [PictureQuery] = []
    for isShown in shown == .asStored ? [false] : [false, true] {
      let view = View(orientation: isShown ? shown : .asStored).shown(shown).over(frame.backdrop)
      for hash in frame.exactHashes(isShown: isShown) {
        queries.append(
          PictureQuery(
            query: HashQuery(hash), frame: frame.number, part: frame.part, view: view))
      }
    }
    return queries
  }
}

extension FrameFingerprint {
  /// The hashes of the frame itself that may be looked up, as stored or as shown.
  ///
  /// - Parameter isListed: Whether they are to be listed: then a faded picture has none.
  func exactHashes(isShown: Bool, toList isListed: Bool = false) -> [ListedHash] {
    let pdq = pdq.flatMap {
      (isListed ? $0.isListable : $0.isComparable) ? ListedHash(isShown ? $0.shown : $0.hash) : nil
    }
    let phash64 = phash64.flatMap { (isShown ? $0.shown : $0.hash).ifUsable }
    return [pdq, phash64.map { ListedHash($0) }].compactMap { $0 }
  }
}
