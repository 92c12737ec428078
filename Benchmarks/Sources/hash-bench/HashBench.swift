import ArgumentParser
import CPeers
import Glibc
import HashEngine
import SystemPackage

/// Times one way of hashing over a set of files that it has read before, and prints the CPU seconds of
/// each pass. hash.py runs it in turn with the peers.
@main
struct HashBench: ParsableCommand {
  enum Method: String, CaseIterable, ExpressibleByArgument {
    case bareJPEG = "bare-jpeg"
    case barePNG = "bare-png"
    case bareWebPLuma = "bare-webp-luma"
    case bareWebPRGB = "bare-webp-rgb"
    case bareGIF = "bare-gif"
    case pdq
    case all
    /// On decoded luma: the plain form, ours as JPEG takes it, ours as the reference takes it.
    case plainCore = "core-plain"
    case fastCore = "core-fast"
    case exactCore = "core-exact"
  }

  @Argument var method: Method
  @Argument(help: "Files, or for the cores WIDTHxHEIGHT.") var files: [String]
  @Option(help: "Passes over all files; the fastest counts.") var passes = 1

  func run() throws {
    if method.rawValue.hasPrefix("core") {
      for size in files { print(try time(core(size))) }
      return
    }
    let pictures = try files.map { try PictureFile.read(FilePath($0)) }
    print(
      time {
        for picture in pictures {
          precondition(work(on: picture) >= 0, "a picture did not decode")
        }
      })
  }

  /// CPU seconds of the fastest pass.
  private func time(_ pass: () -> Void) -> Double {
    (0..<passes).map { _ in
      let start = cpuSeconds()
      pass()
      return cpuSeconds() - start
    }.min() ?? 0
  }

  private func work(on picture: [UInt8]) -> Int {
    switch method {
    case .bareJPEG: bare_jpeg_grey(picture, picture.count)
    case .barePNG: bare_png(picture, picture.count)
    case .bareWebPLuma: bare_webp_luma(picture, picture.count)
    case .bareWebPRGB: bare_webp_rgb(picture, picture.count)
    case .bareGIF: bare_gif(picture, picture.count)
    case .pdq: (try? Fingerprint(of: picture.span))?.width ?? -1
    case .all:
      (try? Fingerprint(of: picture.span, kinds: [.pdq, .phash64, .sha256]))?.width ?? -1
    case .plainCore, .fastCore, .exactCore: -1
    }
  }

  private func core(_ size: String) throws -> () -> Void {
    let sides = size.split(separator: "x").compactMap { Int($0) }
    guard sides.count == 2 else { throw ValidationError("a size is WIDTHxHEIGHT") }
    let (width, height) = (sides[0], sides[1])
    // A picture with detail at all scales: sums of waves.
    let luma = (0..<width * height).map { index in
      let (x, y) = (Double(index % width) / Double(width), Double(index / width) / Double(height))
      return UInt8(127 + 60 * sin(x * 40 + y * 9) + 50 * cos(y * 70 - x * 21) + 15 * sin(x * 900))
    }
    // Small pictures often enough to be measured.
    let repeats = max(1, 4_000_000 / luma.count)
    let (isPlain, isExact) = (method == .plainCore, method == .exactCore)
    return {
      for _ in 0..<repeats {
        if isPlain {
          var words = [UInt16](repeating: 0, count: 16)
          precondition(plain_pdq(luma, width, height, &words) == 0)
        } else {
          precondition(
            PDQFingerprint(
              pixels: luma.span, width: width, height: height, channels: 1, exact: isExact) != nil)
        }
      }
    }
  }
}

func cpuSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
