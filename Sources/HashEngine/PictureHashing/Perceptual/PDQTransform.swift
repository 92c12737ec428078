internal import CKernels

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The 16×16 DCT coefficients that PDQ takes from a grid: frequencies 1 to 16 along each axis, row
/// `i` the vertical frequency `i + 1`.
///
/// Reference: `pdq/cpp/hashing/pdqhashing.cpp`, `dct64To16`. Every element is one sum in `Float`,
/// taken in order, so that its bits are the reference's; only elements side by side share a vector.
struct PDQCoefficients: Sendable, Hashable {
  static let side = 16

  /// Row by row.
  let values: [Float]

  init(_ grid: PDQGrid, kernels: Kernels = .best) {
    values = [Float](unsafeUninitializedCapacity: Self.side * Self.side) { out, count in
      // The grid holds 64×64 floats, either basis 16×64, `out` has room for 16×16.
      kernels.table.pointee.transform(
        grid.values, Self.basis, Self.transposedBasis, out.baseAddress)
      count = Self.side * Self.side
    }
  }

  private init(values: [Float]) { self.values = values }

  /// Those of a picture too small to have any.
  static let none = PDQCoefficients(values: [Float](repeating: 0, count: side * side))

  /// Those of the picture turned.
  func turned(_ orientation: Orientation) -> PDQCoefficients {
    PDQCoefficients(values: orientation.turn(values, side: Self.side, lowest: 1))
  }

  /// The hash: which coefficients lie above the lower median of all.
  var hash: PDQHash {
    let median = lowerMedian(values)
    var words = SIMD4<UInt64>.zero
    for (bit, value) in values.enumerated() where value > median {
      words[bit >> 6] |= 1 << UInt64(bit & 63)
    }
    return PDQHash(words: words)
  }

  /// `basis[64 i + j] = √(2/64) cos(π/128 · (i + 1)(2j + 1))`, rounded where the reference rounds.
  private static let basis: [Float] = {
    let scale = Double(Float((2.0 / 64.0).squareRoot()))
    return (0..<side).flatMap { i in
      (0..<PDQGrid.side).map { j in
        Float(scale * cos((Double.pi / 2 / 64.0) * Double(i + 1) * Double(2 * j + 1)))
      }
    }
  }()

  private static let transposedBasis: [Float] = (0..<PDQGrid.side).flatMap { j in
    (0..<side).map { i in basis[i * PDQGrid.side + j] }
  }
}

/// The element at `(count - 1) / 2` in ascending order, by quickselect.
func lowerMedian(_ values: [Float]) -> Float {
  var values = values
  let target = (values.count - 1) / 2
  var (low, high) = (0, values.count - 1)
  while low < high {
    let pivot = values[(low + high) / 2]
    var (i, j) = (low, high)
    while i <= j {
      while values[i] < pivot { i += 1 }
      while values[j] > pivot { j -= 1 }
      if i <= j {
        values.swapAt(i, j)
        i += 1
        j -= 1
      }
    }
    if target <= j {
      high = j
    } else if target >= i {
      low = i
    } else {
      break
    }
  }
  return values[target]
}
