/// A frame in so few numbers that two can be compared: the means of 64 by 64 tiles, less their brightness and
/// contrast, which PDQ does not see either, so that a fade has one look.
///
/// Two frames may have the same hash and show different pictures: what a trimmed view would see can be put where
/// the whole picture's sixteen lowest frequencies do not notice it.
struct FrameLook {
  private static let side = 64
  /// How far two tiles may lie apart, in standard deviations of the frame.
  private static let tolerance: Float = 0.5

  private let tiles: [Float]

  init(_ grid: LumaGrid) {
    let (width, height, side) = (grid.width, grid.height, Self.side)
    var sums = [UInt32](repeating: 0, count: side * side)
    let edges = (0...side).map { $0 * width / side }
    grid.values.withUnsafeBufferPointer { values in
      // Rows lie within `values`, as the range of rows sees to, and tiles within a row.
      for y in 0..<min(height, values.count / max(1, width)) {
        let row = y * side / height * side
        for tile in 0..<side {
          var sum: UInt32 = 0
          for x in edges[tile]..<edges[tile + 1] { sum &+= UInt32(values[y * width + x]) }
          sums[row + tile] &+= sum
        }
      }
    }
    let rows = (0..<side).map { row in (0..<height).count { $0 * side / height == row } }
    let means = sums.indices.map { index -> Float in
      let tile = index % side
      let pixels = rows[index / side] * (edges[tile + 1] - edges[tile])
      return pixels > 0 ? Float(sums[index]) / Float(pixels) : 0
    }
    let mean = means.reduce(0, +) / Float(means.count)
    let variance = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(means.count)
    // Less than a grey level of contrast is rounding.
    let deviation = max(1, variance.squareRoot())
    tiles = means.map { ($0 - mean) / deviation }
  }

  /// Whether no part of the one differs from the other's.
  func isLike(_ other: FrameLook) -> Bool {
    zip(tiles, other.tiles).allSatisfy { abs($0 - $1) < Self.tolerance }
  }
}

/// The looks of an animation's frames. A picture that has one frame is never compared, so that the first is looked at
/// only when there is a second.
struct FrameLooks {
  private var looks: [FrameLook] = []
  private var first: LumaGrid?

  /// Keeps what a frame looks like.
  mutating func append(_ grid: LumaGrid) {
    if looks.isEmpty, first == nil {
      first = grid
    } else {
      lookAtFirst()
      looks.append(FrameLook(grid))
    }
  }

  /// Whether a frame looks like one before.
  mutating func contains(_ grid: LumaGrid) -> Bool {
    lookAtFirst()
    let look = FrameLook(grid)
    return looks.contains { $0.isLike(look) }
  }

  private mutating func lookAtFirst() {
    guard let grid = first else { return }
    looks.append(FrameLook(grid))
    first = nil
  }
}
