internal import PictureHashing

/// How the pictures of a HEIF or AVIF file are made of each other, where programs differ in what they make of it.
struct HEIFStructure {
  let items: MediaItems
  private let bytes: UnsafeBufferPointer<UInt8>

  /// - Parameter bytes: The whole file; they must outlive this.
  init(in bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    items = MediaItems(in: bytes.span)
  }

  /// How many pictures may lie over each other.
  private static let deepest = 4
  /// How many pictures may be laid into one, those of a grid aside.
  private static let mostLaid = 32

  /// Refuses what browsers show otherwise than libheif decodes it, and what costs without end.
  ///
  /// - Throws: ``ImageError`` `unsupported` and `overLimit`.
  func check() throws(ImageError) {
    guard let primary = items.primary else { return }
    var laid = 0
    try check(primary, depth: 0, laid: &laid)
  }

  private func check(_ id: MediaItems.ID, depth: Int, laid: inout Int) throws(ImageError) {
    guard depth <= Self.deepest else {
      throw ImageError(.overLimit, "pictures of pictures of pictures, deeper than \(Self.deepest)")
    }
    let isGrid = items.type(of: id) == "grid"
    for source in items.sources(of: id) {
      if !isGrid {
        laid += 1
        try checkBits(of: source)
      }
      guard laid <= Self.mostLaid else {
        throw ImageError(.overLimit, "made of more than \(Self.mostLaid) pictures")
      }
      // Browsers leave the tiles of a grid as they are.
      if isGrid, !items.transforms(of: source, in: bytes.span).isEmpty {
        throw ImageError(.unsupported, "unsupported HEIF: a grid whose tiles are turned or cropped")
      }
      // Tiles are coded pictures: there is nothing under them.
      if !isGrid || !items.sources(of: source).isEmpty {
        try check(source, depth: depth + 1, laid: &laid)
      }
    }
  }

  /// Refuses pictures of more than eight bits that are laid over others: libheif lays them wrongly.
  private func checkBits(of id: MediaItems.ID) throws(ImageError) {
    let isPlain = items.property("pixi", of: id).map { pixi in
      // A version and flags, how many channels, and the bits of each.
      pixi.count > 5 && pixi.dropFirst(5).allSatisfy { bytes[$0] == 8 }
    }
    guard isPlain ?? !items.sources(of: id).isEmpty else {
      throw ImageError(.unsupported, "unsupported HEIF: laid of pictures of other than eight bits")
    }
  }

  /// The items that are a picture's alpha channel.
  private func alpha(of id: MediaItems.ID) -> [MediaItems.ID] {
    items.auxiliary(of: id).filter { other in
      guard let content = items.property("auxC", of: other) else { return false }
      let name = String(decoding: bytes[content].dropFirst(4), as: UTF8.self)
      // The names of AVIF and of HEIF.
      return name.contains("auxiliary:alpha") || name.contains("auxid:1")
    }
  }

  /// Refuses a picture whose alpha channel is turned otherwise than it: browsers put the two together before they turn
  /// them, libheif after.
  ///
  /// - Parameter hasAlpha: Whether libheif knows of one.
  /// - Throws: ``ImageError`` `unsupported`.
  func checkAlpha(of id: MediaItems.ID, hasAlpha: Bool) throws(ImageError) {
    let turned = items.transforms(of: id, in: bytes.span)
    let alpha = alpha(of: id)
    guard alpha.allSatisfy({ items.transforms(of: $0, in: bytes.span) == turned }) else {
      throw ImageError(
        .unsupported, "unsupported HEIF: its alpha channel is turned otherwise than it")
    }
    guard alpha.isEmpty || hasAlpha else {
      throw ImageError(.unsupported, "unsupported HEIF: its alpha channel is not understood")
    }
  }

  /// The colours that a picture has from those it is made of, or from its own coding.
  ///
  /// - Throws: ``ImageError`` when a browser may know them, and this program does not.
  func colours(of id: MediaItems.ID) throws(ImageError) -> ColourSource? {
    var origin = id
    for _ in 0...Self.deepest {
      if origin != id, let source = try stated(of: origin) { return source }
      if items.type(of: origin) == "av01" {
        return try AV1Colours.source(of: origin, items, in: bytes.span)
      }
      guard let next = items.sources(of: origin).first else { return nil }
      origin = next
    }
    return nil
  }

  /// What the boxes say of an item's colours; libheif tells that of shown ones only.
  private func stated(of id: MediaItems.ID) throws(ImageError) -> ColourSource?? {
    guard let content = items.property("colr", of: id), content.count > 4 else { return nil }
    let data = bytes[content]
    switch String(decoding: data.prefix(4), as: UTF8.self) {
    case "nclx":
      guard data.count >= 10 else { return nil }
      let start = data.startIndex
      // Two numbers of two bytes, of which the first is 0 in all that are known.
      return .some(ColourSource(primaries: data[start + 5], transfer: data[start + 7]))
    case "prof", "rICC":
      guard data.count - 4 <= ColourSource.maximumProfile else {
        throw ImageError(.overLimit, "its colour profile is too large")
      }
      return .some(.icc(Array(data.dropFirst(4))))
    default: return nil
    }
  }

  /// Whether there are pictures in it that libheif passes over: those of JPEG.
  var hasOtherPictures: Bool {
    !items.items(of: "jpeg").isEmpty || !items.items(of: "j2k1").isEmpty
  }
}
