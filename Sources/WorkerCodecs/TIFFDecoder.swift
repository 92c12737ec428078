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
    var problem: ImageError?
    var pixels = 0
    var page = 0
    repeat {
      guard page < limits.frames, pixels <= limits.animationPixels else {
        return .partial(
          ImageError(.overLimit, "too many pages: only the first \(page) were examined"))
      }
      try limits.checkTime()
      page += 1
      if page > 1 { sink.beginPart(.picture(page)) }
      do throws(ImageError) {
        let size = try file.sendPage(over: backdrop, limits: limits, into: &sink)
        pixels += size
      } catch {
        guard page > 1, error.code != .timeLimit else { throw error }
        problem = problem ?? error
      }
    } while file.goToNextPage()
    return problem.map { .partial($0) } ?? .complete
  }
}
