extension Orientation {
  /// Where the DCT coefficient at row `i`, column `j` of the turned picture comes from: whether from
  /// `j`, `i` instead, and which frequencies change sign. Reversing an axis changes the sign of its
  /// odd frequencies, those of an odd number of half waves.
  ///
  /// Reference: `pdq/cpp/hashing/pdqhashing.cpp`, `dct16OriginalToRotate90` and its siblings.
  var onCoefficients: (transposes: Bool, reversesRows: Bool, reversesColumns: Bool) {
    switch self {
    case .asStored: (false, false, false)
    case .mirrored: (false, false, true)
    case .turnedHalf: (false, true, true)
    case .flipped: (false, true, false)
    case .transposed: (true, false, false)
    case .turnedRight: (true, false, true)
    case .antitransposed: (true, true, true)
    case .turnedLeft: (true, true, false)
    }
  }

  /// The coefficients of the turned picture.
  ///
  /// - Parameters:
  ///   - coefficients: `side * side` of them, row by row.
  ///   - lowest: The frequency of row and column 0, in half waves.
  func turn<Number: SignedNumeric>(
    _ coefficients: [Number], side: Int, lowest: Int
  ) -> [Number] {
    let (transposes, rows, columns) = onCoefficients
    return (0..<side * side).map { index in
      let (i, j) = (index / side, index % side)
      let value = coefficients[transposes ? j * side + i : index]
      let isNegative = (rows && (i + lowest) % 2 == 1) != (columns && (j + lowest) % 2 == 1)
      return isNegative ? -value : value
    }
  }
}
