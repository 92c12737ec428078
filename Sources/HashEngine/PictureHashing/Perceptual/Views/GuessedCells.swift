internal import CKernels

/// What is past the picture in a view of it: nobody knows, so it is guessed.
///
/// A picture's luma is like a random surface whose value at a place is best guessed as the mean of what is around it
/// (its power falls with the square of the frequency). So the guess is the harmonic function that meets the picture's
/// border, found by relaxation; it finds more crops than repeating the border does.
extension PDQGrid {
  /// After this many rounds over a frame of 6 cells, the hash hardly changes.
  private static let sweeps = 7

  /// Guesses the cells outside some rows and columns. They must hold the nearest known value.
  mutating func guess(allBut rows: Range<Int>, _ columns: Range<Int>, kernels: Kernels) {
    guard rows.count < Self.side || columns.count < Self.side, !rows.isEmpty, !columns.isEmpty
    else { return }
    var cells: [UInt16] = []
    cells.reserveCapacity(Self.side * Self.side - rows.count * columns.count)
    for row in 0..<Self.side {
      let start = row * Self.side
      if rows.contains(row) {
        for column in 0..<columns.lowerBound { cells.append(UInt16(start + column)) }
        for column in columns.upperBound..<Self.side { cells.append(UInt16(start + column)) }
      } else {
        for column in 0..<Self.side { cells.append(UInt16(start + column)) }
      }
    }
    guess(cells, kernels: kernels)
  }

  /// Guesses these cells, unless they are all. They must hold the nearest known value.
  mutating func guess(_ cells: [UInt16], kernels: Kernels) {
    guard !cells.isEmpty, cells.count < values.count else { return }
    // All are cells of the 64×64 values.
    kernels.table.pointee.relax(&values, cells, cells.count, Self.sweeps)
  }
}
