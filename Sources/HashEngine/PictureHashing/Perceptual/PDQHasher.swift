/// Computes PDQ from rows as they arrive.
///
/// Lossless pixels are hashed in the reference's own order of operations, so that every bit is the
/// reference's, ties included. Lossy ones (JPEG, lossy WebP), which differ from decoder to decoder
/// anyway, take the fast way: it differs from the exact one by less than two decoders do. Thumbnails,
/// where the fast way gains nothing, and pictures too large for it are hashed the exact way.
struct PDQHasher {
  /// With fewer pixels than this along either side there is no hash.
  static let minimumSide = 5
  /// Up to this many pixels along both sides, the exact way costs next to nothing.
  static let thumbnailSide = 256

  private let kernels: Kernels
  // At most one is set. Two optionals rather than one enum: mutating an enum's payload in place
  // would copy its buffers first.
  private var streamed: StreamedGrid?
  private var exact: ReferenceGrid?

  init(kernels: Kernels = .best) { self.kernels = kernels }

  mutating func begin(_ layout: PixelLayout) {
    (streamed, exact) = (nil, nil)
    guard min(layout.width, layout.height) >= Self.minimumSide else { return }
    let longest = max(layout.width, layout.height)
    if layout.isLossless || longest <= Self.thumbnailSide || longest > StreamedGrid.longestSide {
      exact = ReferenceGrid(kernels: kernels)
      exact?.begin(layout)
    } else {
      streamed = StreamedGrid(kernels: kernels)
      streamed?.begin(layout)
    }
  }

  mutating func take(_ rows: Span<UInt8>) {
    streamed?.take(rows)
    exact?.take(rows)
  }

  /// What a picture comes to.
  struct Result {
    let coefficients: PDQCoefficients
    let quality: Int
    let detail: Int
  }

  /// All zero when the picture is too small to have a hash.
  mutating func finish() -> Result {
    guard let grid = streamed?.finish() ?? exact?.finish() else {
      return Result(coefficients: .none, quality: 0, detail: 0)
    }
    return Result(
      coefficients: PDQCoefficients(grid, kernels: kernels),
      quality: grid.quality(kernels: kernels),
      detail: grid.detail(kernels: kernels))
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
    guard
      let result = Self.finished(
        pixels, width: width, height: height, channels: channels, exact: exact)
    else { return nil }
    self.init(result.coefficients, quality: result.quality, detail: result.detail)
  }

  /// The PDQ hashes of decoded pixels in all eight orientations, from one DCT: the reference's dihedral hashes.
  ///
  /// - Returns: `nil` when the number of bytes does not fit the sizes.
  public static func dihedral(
    pixels: Span<UInt8>, width: Int, height: Int, channels: Int
  ) -> [Orientation: PDQHash]? {
    guard
      let result = finished(pixels, width: width, height: height, channels: channels, exact: true)
    else { return nil }
    let hashes = OrientedHashes(result.coefficients)
    return Dictionary(uniqueKeysWithValues: Orientation.allCases.map { ($0, hashes[$0]) })
  }

  private static func finished(
    _ pixels: Span<UInt8>, width: Int, height: Int, channels: Int, exact: Bool
  ) -> PDQHasher.Result? {
    guard width > 0, height > 0, channels == 1 || channels == 3 else { return nil }
    let (row, rowOverflow) = width.multipliedReportingOverflow(by: channels)
    let (size, overflow) = row.multipliedReportingOverflow(by: height)
    guard !rowOverflow, !overflow, size == pixels.count else { return nil }
    var hasher = PDQHasher()
    hasher.begin(
      PixelLayout(width: width, height: height, channels: channels, isLossless: exact))
    hasher.take(pixels)
    return hasher.finish()
  }
}
