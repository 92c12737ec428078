import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import PictureHashing

@Suite struct PictureFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func code(_ path: FilePath) -> ImageError.Code? {
    do throws(ImageError) {
      _ = try PictureFile.read(path)
      return nil
    } catch {
      return error.code
    }
  }

  @Test func aFileIsReadWhole() throws {
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    #expect(try PictureFile.read(folder.write(bytes, to: "a")) == bytes)
  }

  @Test func whatIsNoFileIsRefused() {
    #expect(code(folder.path) == .notAFile)
    #expect(code(folder.path("missing")) == .unreadable)
    #expect(code("/dev/zero") == .notAFile)
  }

  /// Opening a pipe that nobody writes to would wait for ever.
  @Test func aPipeDoesNotBlock() {
    let pipe = folder.path("pipe")
    #expect(pipe.withPlatformString { mkfifo($0, 0o600) } == 0)
    #expect(code(pipe) == .notAFile)
  }

  @Test func aFileOverTheLimitIsNotRead() throws {
    var limits = DecodingLimits()
    limits.bytes = 10
    let path = try folder.write([UInt8](repeating: 1, count: 11), to: "a")
    let error = #expect(throws: ImageError.self) { try PictureFile.read(path, limits: limits) }
    #expect(error?.code == .overLimit)
  }
}
