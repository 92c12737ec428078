internal import CKernels

/// Lines that run straight through a part of a picture: where a picture within it may end.
///
/// The picture is cut into blocks along each line. A block speaks for a line by a step across it that stands out from
/// the lines near it, or by a texture that differs between its sides: a blurred or a flat page has less of it than the
/// picture, noise and chequers have more. A line has the stretch of blocks that speaks for it most.
struct StraightLines {
  /// Parts along a line.
  static let blocks = 32

  /// A line of one axis.
  struct Line {
    /// Which line of the axis, at the middle of the picture.
    let place: Int
    /// By how many lines it descends from one end of the picture to the other.
    let descent: Double
    /// The stretch of blocks that it runs through.
    let stretch: Range<Int>
    let score: Float
  }

  /// What is known of the lines of one axis.
  struct Axis {
    let count: Int
    /// By steps and by texture, and then by block and line.
    fileprivate let evidence: [[Float]]
    /// The mean step across each line, by block and line.
    fileprivate let across: [Float]

    /// How clearly a line shows in a block, from 0 to 1: itself, or one beside it.
    func clarity(near line: Int, in block: Int) -> Float { evidence(near: line, in: block).x }

    /// How clearly a line shows in a block, itself or one beside it: by either kind of evidence, by its step, and by the
    /// texture beside it.
    func evidence(near line: Int, in block: Int) -> SIMD4<Float> {
      guard line > 0, line + 1 < count, block >= 0, block < blocks else { return .zero }
      let index = block * count + line
      func most(_ kind: [Float]) -> Float {
        max(0, max(kind[index - 1], max(kind[index], kind[index + 1])))
      }
      let (step, texture) = (most(evidence[0]), most(evidence[1]))
      return SIMD4(max(step, texture), step, texture, 0)
    }

    /// The mean step across a line in a block.
    func across(_ block: Int, _ line: Int) -> Float { across[block * count + line] }
  }

  let rows: Axis
  let columns: Axis
  private let kernels: Kernels
  let busyness: Busyness

  init(_ luma: LumaGrid, kernels: Kernels = .best) {
    self.kernels = kernels
    let (width, height, blocks) = (luma.width, luma.height, Self.blocks)
    var rows = Steps(blocks * height)
    var columns = Steps(blocks * width)
    // The grid has `width * height` values, neither over 512, and the sums a place for each block and line.
    kernels.table.pointee.line_steps(
      luma.values, width, height, blocks, &rows.across, &rows.along, &columns.across,
      &columns.along)
    busyness = Busyness(rows.along, height: height)
    self.rows = Self.axis(rows, count: height, kernels)
    self.columns = Self.axis(columns, count: width, kernels)
  }

  /// Mean steps across lines and along them, by block and line.
  private struct Steps {
    var across: [Float]
    var along: [Float]

    init(_ count: Int) {
      across = [Float](repeating: 0, count: count)
      along = across
    }
  }

  private static func axis(_ steps: Steps, count: Int, _ kernels: Kernels) -> Axis {
    var step = [Float](repeating: 0, count: blocks * count)
    var texture = step
    kernels.table.pointee.line_evidence(
      steps.across, steps.along, count, blocks, &step, &texture)
    return Axis(count: count, evidence: [step, texture], across: steps.across)
  }

  /// What a block must say for a line, on average, to speak for it.
  private static let least: Float = 0.3

  /// The clearest lines of an axis.
  ///
  /// - Parameters:
  ///   - most: How many, by each kind of evidence.
  ///   - descents: By how many lines they may descend.
  func clearest(_ axis: Axis, most: Int, descents: [Double] = [0]) -> [Line] {
    var lines: [Line] = []
    for evidence in axis.evidence {
      var found: [Line] = []
      for descent in descents {
        found += peaks(evidence, count: axis.count, descent: descent)
      }
      found.sort { $0.score > $1.score }
      var kept: [Line] = []
      for line in found where kept.count < most {
        let isKnown = (kept + lines).contains {
          abs($0.place - line.place) <= 3 + Int(abs($0.descent - line.descent) / 2)
            && $0.stretch.overlaps(line.stretch)
        }
        if !isKnown { kept.append(line) }
      }
      lines += kept
    }
    return lines
  }

  private func peaks(_ evidence: [Float], count: Int, descent: Double) -> [Line] {
    let blocks = Self.blocks
    let shifts = (0..<blocks).map { block in
      Int32((descent * ((Double(block) + 0.5) / Double(blocks) - 0.5)).rounded())
    }
    var sums = [Float](repeating: 0, count: count)
    var (firsts, ends) = (sums, sums)
    // There is evidence for each block and line, and room for each line.
    kernels.table.pointee.line_runs(
      evidence, count, blocks, shifts, Self.least, &sums, &firsts, &ends)
    var peaks: [Line] = []
    for line in sums.indices where sums[line] > 0.8 {
      let near = max(0, line - 3)..<min(count, line + 4)
      guard sums[near].allSatisfy({ $0 <= sums[line] }) else { continue }
      let stretch = Int(firsts[line])..<Int(ends[line])
      guard stretch.count >= 4 else { continue }
      peaks.append(
        Line(place: line, descent: descent, stretch: stretch, score: sums[line]))
    }
    return peaks
  }
}
