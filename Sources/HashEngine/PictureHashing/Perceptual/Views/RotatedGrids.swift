#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Grids of the picture rotated about its middle by small angles, within its own frame: they undo the
/// rotation of a copy that was rotated and kept its size. What lies outside is extended from the border.
struct RotatedGrids {
  /// Two samples a block: interpolating linearly between them is accurate enough.
  private static let side = 2 * PDQGrid.side

  private let samples: [Float]
  private let aspect: Double

  init(_ sampler: ViewSampler) {
    samples = sampler.oversampled(Self.side)
    aspect = sampler.luma.aspect
  }

  /// - Parameter degrees: Clockwise.
  func grid(rotatedBy degrees: Double) -> PDQGrid {
    // A place in the view is rotated back to find its place in the picture.
    let angle = -degrees * .pi / 180
    let (sine, cosine) = (sin(angle), cos(angle))
    let side = Double(Self.side)
    let step = 1 / Double(PDQGrid.side)
    var grid = PDQGrid()
    for row in 0..<PDQGrid.side {
      let y = (Double(row) + 0.5) * step - 0.5
      for column in 0..<PDQGrid.side {
        let x = ((Double(column) + 0.5) * step - 0.5) * aspect
        let across = ((cosine * x - sine * y) / aspect + 0.5) * side - 0.5
        let down = (sine * x + cosine * y + 0.5) * side - 0.5
        grid.values[row * PDQGrid.side + column] = value(Float(across), Float(down))
      }
    }
    return grid
  }

  private func value(_ across: Float, _ down: Float) -> Float {
    let last = Float(Self.side - 1)
    let (x, y) = (min(last, max(0, across)), min(last, max(0, down)))
    let (column, row) = (min(Self.side - 2, Int(x)), min(Self.side - 2, Int(y)))
    let (right, below) = (x - Float(column), y - Float(row))
    let first = row * Self.side + column
    let upper = samples[first] + right * (samples[first + 1] - samples[first])
    let lower =
      samples[first + Self.side]
      + right * (samples[first + Self.side + 1] - samples[first + Self.side])
    return upper + below * (lower - upper)
  }
}
