import TestSupport
import Testing

@testable import PictureHashing

@Suite struct OrientedHashesTests {
  /// They are the hashes of the turned coefficients, to the bit, ties included.
  @Test(arguments: Kernels.available)
  func theyAreThoseOfTurnedCoefficients(_ kernels: Kernels) {
    var random = SeededGenerator(seed: 81)
    for round in 0..<60 {
      let values = (0..<4096).map { _ -> Float in
        switch round % 4 {
        case 0: Float.random(in: 0...255, using: &random)
        // Few values, so that many coefficients are alike or 0.
        case 1: Float(Int.random(in: 0...1, using: &random)) * 200
        case 2: 0
        default: Float.random(in: 0...1e-20, using: &random)
        }
      }
      let coefficients = PDQCoefficients(PDQGrid(values: values), kernels: kernels)
      let hashes = OrientedHashes(coefficients, kernels: kernels)
      for orientation in Orientation.allCases {
        let expected = coefficients.turned(orientation).hash
        #expect(hashes[orientation] == expected)
        #expect(
          OrientedHashes(coefficients, [orientation], kernels: kernels)[orientation] == expected)
      }
    }
  }
}
