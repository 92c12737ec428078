internal import CKernels

/// The hashes of a picture in all eight orientations, from its coefficients.
///
/// Turning a picture permutes its coefficients and changes signs, so its median is one of four; a transposed picture
/// has the same coefficients in other places, and so the transposed bits.
struct OrientedHashes {
  /// By which rows and columns have their odd frequencies reversed: neither, columns, rows, both.
  private let plain: [PDQHash]

  /// - Parameter orientations: Those that will be asked for; others have no hash.
  init(
    _ coefficients: PDQCoefficients, _ orientations: [Orientation] = Orientation.allCases,
    kernels: Kernels = .best
  ) {
    var words = [UInt64](repeating: 0, count: 16)
    let forms = orientations.reduce(UInt32(0)) { $0 | 1 << UInt32(Self.form($1)) }
    // There are 16×16 coefficients, and four hashes of four words.
    kernels.table.pointee.signed_hashes(coefficients.values, forms, &words)
    plain = (0..<4).map { form in
      PDQHash(
        words: SIMD4(
          words[4 * form], words[4 * form + 1], words[4 * form + 2], words[4 * form + 3]))
    }
  }

  subscript(orientation: Orientation) -> PDQHash {
    let hash = plain[Self.form(orientation)]
    return orientation.onCoefficients.transposes ? hash.transposed : hash
  }

  private static func form(_ orientation: Orientation) -> Int {
    let (transposes, rows, columns) = orientation.onCoefficients
    // What is reversed after a transposition lay on the other axis before it.
    return transposes ? (columns ? 2 : 0) + (rows ? 1 : 0) : (rows ? 2 : 0) + (columns ? 1 : 0)
  }
}

extension PDQHash {
  /// The hash whose coefficient at row i and column j is this one's at j and i.
  fileprivate var transposed: PDQHash {
    // A 16×16 matrix of bits, by exchanging blocks off the diagonal of half the size at a time.
    var rows = (0..<16).map { UInt16(truncatingIfNeeded: words[$0 / 4] >> UInt64(16 * ($0 % 4))) }
    for (size, mask) in [(8, 0x00FF), (4, 0x0F0F), (2, 0x3333), (1, 0x5555)] as [(Int, UInt16)] {
      for row in 0..<16 where row & size == 0 {
        let exchanged = (rows[row] >> UInt16(size) ^ rows[row + size]) & mask
        rows[row + size] ^= exchanged
        rows[row] ^= exchanged << UInt16(size)
      }
    }
    var transposed = SIMD4<UInt64>.zero
    for (row, bits) in rows.enumerated() {
      transposed[row / 4] |= UInt64(bits) << UInt64(16 * (row % 4))
    }
    return PDQHash(words: transposed)
  }
}
