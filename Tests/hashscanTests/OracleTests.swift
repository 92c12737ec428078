import Foundation
import SystemPackage
import TestSupport
import Testing

/// Hashes compared with those of the libraries that other tools use, if a Python has them installed.
@Suite struct OracleTests {
  /// `make benchmark-hash` makes this environment.
  private static let python = TestFiles.root.appending(".build/peers/bin/python").string
  private static let hasOracles = FileManager.default.isExecutableFile(atPath: python)

  @Test(.enabled(if: hasOracles, "no Python with pdqhash and ImageHash in .build/peers"))
  func fixturesAreWithinTwoDecoders() throws {
    let uploads = TestFiles.files(below: TestFiles.fixtures.appending("uploads"))
    #expect(try run(uploads) == 0)
  }

  @Test(
    .enabled(
      if: hasOracles && TestFiles.hasShared,
      "no oracles, or no shared pictures beside this checkout"))
  func photosAreWithinTwoDecoders() throws {
    #expect(try run(TestFiles.files(below: TestFiles.shared.appending("images/photos"))) == 0)
  }

  private func run(_ files: [FilePath]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: Self.python)
    process.arguments =
      [TestFiles.fixtures.appending("oracles.py").string, HashScanProcess.executable.path]
      + files.map(\.string)
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
