/// What shows through the transparent pixels of a picture; over a page, it is as a browser shows it.
public enum Backdrop: UInt8, Sendable, Hashable, CaseIterable {
  /// Nothing: alpha is dropped, and a pixel has the colour that is stored, as the tools see it that made most
  /// exchanged lists.
  case none = 0
  /// A white page, as in a browser.
  case white = 1
  /// A black page.
  case black = 2

  /// The grey of the page.
  private var tone: UInt32 { self == .white ? 255 : 0 }

  /// Lays pixels over the page.
  ///
  /// - Parameters:
  ///   - pixels: Pixels of `channels` bytes, the last of which is alpha.
  ///   - channels: 2 for grey, 4 for RGB.
  ///   - out: Takes as many pixels without alpha: replaced by them.
  /// - Returns: Whether all pixels are opaque.
  package func flatten(
    _ pixels: Span<UInt8>, channels: Int, into out: inout [UInt8]
  ) -> Bool {
    let count = pixels.count / channels
    let size = count * (channels - 1)
    if out.count != size { out = [UInt8](repeating: 0, count: size) }
    return pixels.withUnsafeBufferPointer { pixels in
      out.withUnsafeMutableBufferPointer { out in
        // `count` pixels there of `channels` bytes, and here of `channels - 1`.
        switch (self, channels) {
        case (.none, 4): dropAlpha(of: count, pixels, out)
        default: lay(count, channels, pixels, out)
        }
      }
    }
  }

  /// Makes colours that were multiplied by alpha what they were before; RGBA.
  package static func divideByAlpha(_ pixels: inout [UInt8]) {
    for pixel in 0..<pixels.count / 4 {
      let alpha = UInt32(pixels[4 * pixel + 3])
      guard alpha > 0, alpha < 255 else { continue }
      for channel in 0..<3 {
        let color = (UInt32(pixels[4 * pixel + channel]) * 255 + alpha / 2) / alpha
        pixels[4 * pixel + channel] = UInt8(truncatingIfNeeded: min(color, 255))
      }
    }
  }

  private func dropAlpha(
    of count: Int, _ pixels: UnsafeBufferPointer<UInt8>, _ out: UnsafeMutableBufferPointer<UInt8>
  ) -> Bool {
    var least: UInt8 = 255
    var (source, target) = (0, 0)
    for _ in 0..<count {
      out[target] = pixels[source]
      out[target + 1] = pixels[source + 1]
      out[target + 2] = pixels[source + 2]
      least = min(least, pixels[source + 3])
      source += 4
      target += 3
    }
    return least == 255
  }

  private func lay(
    _ count: Int, _ channels: Int, _ pixels: UnsafeBufferPointer<UInt8>,
    _ out: UnsafeMutableBufferPointer<UInt8>
  ) -> Bool {
    var least: UInt8 = 255
    for pixel in 0..<count {
      let (source, target) = (pixel * channels, pixel * (channels - 1))
      let alpha = pixels[source + channels - 1]
      least = min(least, alpha)
      // Most pixels of most pictures are one or the other.
      if alpha == 255 || self == .none {
        for channel in 0..<channels - 1 { out[target + channel] = pixels[source + channel] }
      } else if alpha == 0 {
        for channel in 0..<channels - 1 { out[target + channel] = UInt8(tone) }
      } else {
        for channel in 0..<channels - 1 {
          out[target + channel] = over(pixels[source + channel], UInt32(alpha))
        }
      }
    }
    return least == 255
  }

  /// A tone over the page's: the mean of both, weighted by alpha, rounded.
  private func over(_ stored: UInt8, _ alpha: UInt32) -> UInt8 {
    UInt8(truncatingIfNeeded: (UInt32(stored) * alpha + tone * (255 - alpha) + 127) / 255)
  }
}
