/// Pictures that anybody may have: stripes, chequers, lined paper, blank forms, gradients, test patterns. Their hashes
/// match pictures that have nothing to do with each other, at any quality.
///
/// Of a picture that varies along one axis only, as straight stripes of equal length do, rounding decides most bits: such
/// hashes look like any other, and match hardly anything.
package enum CommonPictures {
  /// Whether a hash is regular, or near one of a picture that anybody may have.
  package static func contain(_ hash: PDQHash) -> Bool {
    hash.isRegular || painted.contains { $0.distance(to: hash) <= radius }
  }

  /// The radius that lists have by default.
  private static let radius = 31

  /// The hashes of painted ones, in all orientations, and of their negatives.
  private static let painted: [PDQHash] = {
    var hashes: Set<PDQHash> = []
    for painter in painters {
      let coefficients = PDQCoefficients(grid(painter))
      for orientation in Orientation.allCases {
        let hash = coefficients.turned(orientation).hash
        hashes.formUnion([hash, ~hash])
      }
    }
    return Array(hashes)
  }()

  /// The luma at a place; both coordinates run from 0 to 1.
  private typealias Painter = @Sendable (_ x: Double, _ y: Double) -> Double

  /// Samples along each side of a cell of the grid.
  private static let samples = 4

  private static func grid(_ paint: Painter) -> PDQGrid {
    let side = PDQGrid.side
    var values: [Float] = []
    values.reserveCapacity(side * side)
    for row in 0..<side {
      for column in 0..<side {
        var sum = 0.0
        for sample in 0..<samples * samples {
          let x = Double(column * samples + sample % samples) + 0.5
          let y = Double(row * samples + sample / samples) + 0.5
          sum += paint(x / Double(side * samples), y / Double(side * samples))
        }
        values.append(Float(sum / Double(samples * samples)))
      }
    }
    return PDQGrid(values: values)
  }

  private static let painters: [Painter] =
    stripes + chequers + papers + gradients + [bars, target, cross]

  /// Stripes and lines, straight and slanting.
  private static let stripes: [Painter] = [
    2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 22, 24, 25, 28, 30, 32,
  ]
  .flatMap { (count: Double) in
    [0.1, 0.5, 0.9].flatMap { (share: Double) -> [Painter] in
      [
        { _, y in fraction(y * count) < share ? 235 : 20 },
        { x, y in fraction((x + y) / 2 * count) < share ? 235 : 20 },
      ]
    }
  }

  private static let chequers: [Painter] = [2, 3, 4, 5, 6, 8, 10, 12, 16, 20].flatMap {
    (count: Double) -> [Painter] in
    [
      { x, y in (Int(x * count) + Int(y * count)) % 2 == 0 ? 235 : 20 },
      { x, y in fraction(x * count) < 0.1 || fraction(y * count) < 0.1 ? 120 : 250 },
    ]
  }

  /// Lined paper, with a margin and a blank head or without.
  private static let papers: [Painter] = [12, 16, 20, 24, 26, 28, 30, 32, 36, 40].flatMap {
    (lines: Double) in
    [0, 0.08, 0.15].map { (margin: Double) -> Painter in
      { x, y in
        if margin > 0, y < margin { return 250 }
        if margin > 0, abs(x - margin) < 0.006 { return 160 }
        return fraction(y * lines) < 0.1 ? 190 : 250
      }
    }
  }

  private static let gradients: [Painter] = [
    { _, y in 255 * y }, { x, y in 255 * (x + y) / 2 },
    { x, y in 255 * min(1, ((x - 0.5) * (x - 0.5) + (y - 0.5) * (y - 0.5)).squareRoot() * 1.6) },
    { _, y in 255 * y * y }, { _, y in 255 * y.squareRoot() }, { _, y in 255 * abs(2 * y - 1) },
  ]

  /// The bars of a television's test picture.
  private static let bars: Painter = { x, _ in
    [255, 226, 179, 150, 105, 76, 29, 0][min(7, Int(x * 8))]
  }

  private static let target: Painter = { x, y in
    let distance = ((x - 0.5) * (x - 0.5) + (y - 0.5) * (y - 0.5)).squareRoot()
    return Int(distance * 16) % 2 == 0 ? 235 : 20
  }

  private static let cross: Painter = { x, y in
    abs(x - 0.5) < 0.02 || abs(y - 0.5) < 0.02 ? 20 : 235
  }

  private static func fraction(_ number: Double) -> Double { number - number.rounded(.down) }
}

extension PDQHash {
  /// How far rows may be from each other on average, in bits of 16, in a regular hash: patterns lie well below, and
  /// photographs above.
  private static let regularity = 1.0

  /// Whether its rows, or its columns, repeat each other or each other's negative, as those of stripes, chequers and
  /// grids do.
  package var isRegular: Bool {
    let rows = (0..<16).map { row in
      UInt16(truncatingIfNeeded: words[row / 4] >> (16 * UInt64(row % 4)))
    }
    let columns = (0..<16).map { column in
      rows.enumerated().reduce(UInt16(0)) { $0 | ($1.element >> column & 1) << $1.offset }
    }
    return min(Self.repetition(rows), Self.repetition(columns)) <= Self.regularity
  }

  /// How far lines are on average from the nearest other one or its negative, in bits.
  private static func repetition(_ lines: [UInt16]) -> Double {
    var sum = 0
    for (place, line) in lines.enumerated() {
      var least = 16
      for (other, another) in lines.enumerated() where other != place {
        let bits = (line ^ another).nonzeroBitCount
        least = min(least, bits, 16 - bits)
      }
      sum += least
    }
    return Double(sum) / Double(lines.count)
  }
}
