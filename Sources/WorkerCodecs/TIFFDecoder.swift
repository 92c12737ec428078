internal import CTIFF
package import PictureHashing

/// TIFF, through libtiff: each of its pages.
package enum TIFFDecoder: PictureCodec {
  package static var format: ImageFormat { .tiff }

  package static func begins(_ bytes: Span<UInt8>) -> Bool { ImageFormat(sniffing: bytes) == .tiff }

  package static func decode<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, over backdrop: Backdrop, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    let file = try TIFFFile(bytes, limits: limits)
    var pages = Pages(backdrop: backdrop, limits: limits)
    var number = 0
    repeat {
      guard try pages.send(of: file, into: &sink) else { return pages.tooMany }
      // A camera's raw picture may lie below a small one that programs show.
      let below = file.pagesBelow()
      for offset in below {
        guard file.go(to: offset) else { continue }
        guard try pages.send(of: file, into: &sink) else { return pages.tooMany }
      }
      if !below.isEmpty, !file.goToPage(number) { break }
      number += 1
    } while file.goToNextPage()
    return pages.problem.map { .partial($0) } ?? .complete
  }

  /// Sends pages, and counts them.
  private struct Pages {
    let backdrop: Backdrop
    let limits: DecodingLimits
    private(set) var problem: ImageError?
    private var sent = 0
    private var pixels = 0

    init(backdrop: Backdrop, limits: DecodingLimits) {
      self.backdrop = backdrop
      self.limits = limits
    }

    var tooMany: Completeness {
      .partial(ImageError(.overLimit, "too many pages: only the first \(sent) were examined"))
    }

    /// - Returns: `false` when there were too many before.
    mutating func send<Sink: RowSink>(
      of file: TIFFFile, into sink: inout Sink
    ) throws(ImageError) -> Bool {
      guard sent < limits.frames, pixels <= limits.animationPixels else { return false }
      try limits.checkTime()
      sent += 1
      if sent > 1 { sink.beginPart(.picture(sent)) }
      do throws(ImageError) {
        pixels += try file.sendPage(over: backdrop, limits: limits, into: &sink)
      } catch {
        guard sent > 1, error.code != .timeLimit else { throw error }
        problem = problem ?? error
      }
      return true
    }
  }
}
