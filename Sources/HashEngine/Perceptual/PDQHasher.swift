/// Rows in, PDQ out.
///
/// Pixels that are certain are hashed in the reference's own order of operations, so that every bit
/// is the reference's, ties included. Pixels that are one decoder's rounding already (JPEG, lossy
/// WebP) take the fast way, which differs from the exact one less than two decoders do; thumbnails,
/// where nothing is gained by it, do not.
struct PDQHasher {
  /// Below this on either side there is no hash.
  static let leastSide = 5
  /// Up to this on both sides the exact way costs next to nothing.
  static let thumbnailSide = 256

  private enum Way {
    case none
    case streamed(StreamedGrid)
    case exact(ReferenceGrid)
  }

  private let kernels: Kernels
  private var way = Way.none

  init(kernels: Kernels = .best) { self.kernels = kernels }

  mutating func begin(_ layout: PixelLayout) {
    way = .none
    guard min(layout.width, layout.height) >= Self.leastSide else { return }
    let longest = max(layout.width, layout.height)
    if layout.isLossless || longest <= Self.thumbnailSide
      || longest > StreamedGrid.longestSide
    {
      var grid = ReferenceGrid(kernels: kernels)
      grid.begin(layout)
      way = .exact(grid)
    } else {
      var grid = StreamedGrid(kernels: kernels)
      grid.begin(layout)
      way = .streamed(grid)
    }
  }

  mutating func take(_ rows: Span<UInt8>) {
    // Moved out and back, so that the buffers inside stay uniquely owned.
    let now = way
    way = .none
    switch now {
    case .none: break
    case .streamed(var grid):
      grid.take(rows)
      way = .streamed(grid)
    case .exact(var grid):
      grid.take(rows)
      way = .exact(grid)
    }
  }

  /// The fingerprint; all zero with quality 0 when the picture is too small to have one.
  mutating func finish() -> PDQFingerprint {
    let grid: PDQGrid
    switch way {
    case .none: return PDQFingerprint(.none, quality: 0)
    case .streamed(var maker): grid = maker.finish()
    case .exact(var maker): grid = maker.finish()
    }
    return PDQFingerprint(
      PDQCoefficients(grid, kernels: kernels), quality: grid.quality(kernels: kernels))
  }
}

extension PDQFingerprint {
  /// The PDQ hash of decoded pixels.
  ///
  /// - Parameters:
  ///   - pixels: `width * height * channels` bytes, row by row, channels interleaved.
  ///   - channels: 1 (grey) or 3 (RGB).
  ///   - exact: The reference's hash to the bit; otherwise the faster way that JPEG takes, where
  ///     a coefficient that ties with the median may come out differently.
  /// - Returns: `nil` when the number of bytes does not fit the sizes.
  public init?(
    pixels: Span<UInt8>, width: Int, height: Int, channels: Int, exact: Bool = true
  ) {
    guard width > 0, height > 0, channels == 1 || channels == 3 else { return nil }
    let (row, rowOverflow) = width.multipliedReportingOverflow(by: channels)
    let (size, overflow) = row.multipliedReportingOverflow(by: height)
    guard !rowOverflow, !overflow, size == pixels.count else { return nil }
    var hasher = PDQHasher()
    hasher.begin(
      PixelLayout(width: width, height: height, channels: channels, isLossless: exact))
    hasher.take(pixels)
    self = hasher.finish()
  }
}
