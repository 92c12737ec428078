/// Formats that are recognised and not decoded, so that a message can name them: a file that cannot be compared is
/// not the same as one that is no picture at all.
enum NamedFormats {
  private struct Signature {
    let name: String
    let offset: Int
    let bytes: [UInt8]

    init(_ name: String, _ text: String, at offset: Int = 0) {
      self.init(name, Array(text.utf8), at: offset)
    }

    init(_ name: String, _ bytes: [UInt8], at offset: Int = 0) {
      (self.name, self.bytes, self.offset) = (name, bytes, offset)
    }
  }

  private static let signatures: [Signature] = [
    Signature("a PDF document", "%PDF-"),
    Signature("a PostScript document", "%!PS"),
    Signature("a PostScript document", [0xC5, 0xD0, 0xD3, 0xC6]),
    Signature("a Photoshop document", "8BPS"),
    Signature("a GIMP document", "gimp xcf"),
    Signature("a JPEG 2000 picture", [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20]),
    Signature("a JPEG 2000 picture", [0xFF, 0x4F, 0xFF, 0x51]),
    Signature("a JPEG XR picture", [0x49, 0x49, 0xBC]),
    Signature("an OpenEXR picture", [0x76, 0x2F, 0x31, 0x01]),
    Signature("a Radiance picture", "#?RADIANCE"),
    Signature("a Radiance picture", "#?RGBE"),
    Signature("a DirectDraw texture", "DDS "),
    Signature("a KTX texture", [0xAB, 0x4B, 0x54, 0x58, 0x20]),
    Signature("a QOI picture", "qoif"),
    Signature("a FLIF picture", "FLIF"),
    Signature("a BPG picture", [0x42, 0x50, 0x47, 0xFB]),
    Signature("a DjVu document", "AT&TFORM"),
    Signature("an icon of macOS", "icns"),
    Signature("an MNG animation", [0x8A, 0x4D, 0x4E, 0x47]),
    Signature("a JNG picture", [0x8B, 0x4A, 0x4E, 0x47]),
    Signature("a Windows metafile", [0xD7, 0xCD, 0xC6, 0x9A]),
    Signature("a Windows metafile", " EMF", at: 40),
    Signature("a raw picture of a Fujifilm camera", "FUJIFILMCCD-RAW"),
    Signature("a raw picture of an Olympus camera", "IIRO"),
    Signature("a raw picture of an Olympus camera", "IIRS"),
    Signature("a raw picture of a Panasonic camera", [0x49, 0x49, 0x55, 0x00]),
    Signature("a raw picture of a Sigma camera", "FOVb"),
    Signature("a WebM or Matroska video", [0x1A, 0x45, 0xDF, 0xA3]),
    Signature("an AVI video", "AVI ", at: 8),
    Signature("a Flash video", "FLV\u{1}"),
    Signature("a Windows Media video", [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]),
    Signature("an Ogg video or sound", "OggS"),
    Signature("an MPEG video", [0, 0, 1, 0xBA]),
    Signature("an MPEG video", [0, 0, 1, 0xB3]),
    Signature("a QuickTime video", "moov", at: 4),
    Signature("a QuickTime video", "mdat", at: 4),
    Signature("a PBM picture", "P1\n"), Signature("a PGM picture", "P2\n"),
    Signature("a PPM picture", "P3\n"), Signature("a PBM picture", "P4\n"),
    Signature("a PGM picture", "P5\n"), Signature("a PPM picture", "P6\n"),
    Signature("a PAM picture", "P7\n"), Signature("a PFM picture", "PF\n"),
    Signature("an XPM picture", "/* XPM */"),
    Signature("a Sun raster picture", [0x59, 0xA6, 0x6A, 0x95]),
    Signature("an SGI picture", [0x01, 0xDA]),
    Signature("a FITS picture", "SIMPLE  ="),
    Signature("a DICOM picture", "DICM", at: 128),
    Signature("a Flash animation", "FWS"), Signature("a Flash animation", "CWS"),
    Signature("a Flash animation", "ZWS"),
  ]

  /// The name of the format that a file begins like, with its article; `nil` for one that is not known.
  static func name(of bytes: Span<UInt8>) -> String? {
    let brands = FileBrands(bytes)
    if let major = brands.major {
      if major == "qt  " { return "a QuickTime video" }
      if major == "crx " { return "a raw picture of a Canon camera" }
      return "an MP4 video"
    }
    if let signature = signatures.first(where: { bytes.has($0.bytes, at: $0.offset) }) {
      return signature.name
    }
    return isSVG(bytes) ? "an SVG drawing" : nil
  }

  /// How far into a text an SVG's first element may lie, behind comments and declarations.
  private static let longestProlog = 4096

  /// Whether it is XML, or something like it, whose first element is `svg`.
  private static func isSVG(_ bytes: Span<UInt8>) -> Bool {
    var text = ""
    let part = bytes.extracting(first: min(bytes.count, longestProlog))
    text = part.withUnsafeBufferPointer { String(decoding: $0.filter { $0 != 0 }, as: UTF8.self) }
    guard
      let first = text.first(where: { !$0.isWhitespace && $0 != "\u{FEFF}" && $0 != "\u{FFFD}" }),
      first == "<"
    else { return false }
    return text.lowercased().contains("<svg")
  }
}
