@testable import PictureHashing

/// Pixels computed by a rule, so that they are the same everywhere; the reference's hashes of them are known.
struct SyntheticPixels {
  let width: Int
  let height: Int
  let channels: Int
  let bytes: [UInt8]

  /// - Parameter kind: `grad`, `lcg`, `ramp`, `disc`, or `const` with a number.
  init(kind: String, width: Int, height: Int, channels: Int) {
    self.width = width
    self.height = height
    self.channels = channels
    var bytes: [UInt8] = []
    bytes.reserveCapacity(width * height * channels)
    var state: UInt32 = 12345
    let constant = kind.hasPrefix("const") ? Int(kind.dropFirst(5)) ?? 0 : 0
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<channels {
          let value: Int
          switch kind {
          case "grad":
            value = (x * 7 + y * 13 + (((x * x + y * y) >> 4) * 3) + c * 41) & 255
          case "lcg":
            state = state &* 1_664_525 &+ 1_013_904_223
            value = Int(state >> 24)
          case "ramp":
            let (across, down) = ((x * 255) / max(1, width - 1), (y * 128) / max(1, height - 1))
            value = ((across + down + c * 20) / 2) & 255
          case "disc":
            let (dx, dy) = (2 * x - width, 2 * y - height)
            let inside =
              dx * dx * height * height + dy * dy * width * width
              < width * width * height * height / 2
            value = inside ? 220 - c * 30 : 40 + c * 25
          default:
            value = constant
          }
          bytes.append(UInt8(value))
        }
      }
    }
    self.bytes = bytes
  }
}

extension SyntheticPixels {
  struct IncompleteRow: Error {}

  /// Those that a row of a vector file names.
  init(_ row: [String: String]) throws {
    guard let name = row["name"], let width = Int(row["width"] ?? ""),
      let height = Int(row["height"] ?? ""), let channels = Int(row["channels"] ?? "")
    else { throw IncompleteRow() }
    self.init(
      kind: String(name.prefix { $0 != "_" }), width: width, height: height, channels: channels)
  }

  var layout: PixelLayout {
    PixelLayout(width: width, height: height, channels: channels, isLossless: true)
  }

  /// The PDQ hash by the engine's exact way.
  var fingerprint: PDQFingerprint? {
    hashed(bytes, width: width, height: height, channels: channels)
  }

  /// The PDQ hash in all orientations.
  var dihedral: [Orientation: PDQHash]? {
    let bytes = bytes
    return PDQFingerprint.dihedral(
      pixels: bytes.span, width: width, height: height, channels: channels)
  }
}

/// `PDQFingerprint(pixels:…)` where a macro cannot take a span.
func hashed(_ bytes: [UInt8], width: Int, height: Int, channels: Int) -> PDQFingerprint? {
  PDQFingerprint(pixels: bytes.span, width: width, height: height, channels: channels)
}
