import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Workers that were broken into, or that crash, played by a script that misbehaves as each test says.
@Suite struct BrokenWorkerTests {
  /// What the script does once it has a request.
  enum Manner: String, CaseIterable, Sendable {
    case nonsense, half
    case otherPicture = "other"
    case tooMuch = "much"
    case forgedDigest = "digest"
    case badFingerprint = "bad"
    case exits, segfault, killed, hangs, spins
  }

  private static let script = #"""
    #!/usr/bin/python3
    import os, signal, socket, struct, sys, time
    manner, starts = "MANNER", "STARTS"
    with open(starts, "a") as file:
        file.write("x")
    if manner == "no-start":
        sys.exit(3)
    channel = socket.socket(fileno=3)
    channel.sendall(b"HSW!" + bytes([1, 3, 4, 0]))
    request = channel.recv(102, socket.MSG_WAITALL)
    identity = request[4:12]
    good = b"HSFP" + bytes([1, 1, 1]) + struct.pack(">III", 9, 9, 1) + bytes([0])
    frames = struct.pack(">IIBH", 1, 1, 0, 0)
    def answer(identity, body, count=None):
        channel.sendall(b"HSW." + identity + bytes([1]) + struct.pack(">I", len(body) if count is None else count) + body)
    if manner == "nonsense":
        channel.sendall(os.urandom(4096))
    elif manner == "half":
        answer(identity, good[:8], len(good))
    elif manner == "other":
        answer(bytes(8), good + bytes([0]) + frames)
    elif manner == "much":
        answer(identity, b"", 0xFFFFFFFF)
    elif manner == "digest":
        answer(identity, good + bytes([1, 5]) + bytes(32) + frames)
    elif manner == "bad":
        answer(identity, good + bytes([0]) + struct.pack(">I", 2) + frames[4:])
    elif manner == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif manner == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif manner == "hangs":
        time.sleep(60)
    while manner == "spins":
        pass
    if manner == "half" or manner == "exits":
        sys.exit(0)
    time.sleep(60)
    """#

  private let folder: TemporaryFolder
  private let picture = PaintedPicture.paint(.noise, width: 40, height: 40, seed: 7).png

  init() throws { folder = try TemporaryFolder() }

  private func program(_ manner: String) throws -> FilePath {
    let text = Self.script.replacing("MANNER", with: manner)
      .replacing("STARTS", with: folder.path("starts").string)
    let path = try folder.write(text, to: "hashworker")
    #expect(path.withPlatformString { chmod($0, 0o755) } == 0)
    return path
  }

  private var starts: Int { (try? TestFiles.bytes(of: folder.path("starts")).count) ?? 0 }

  private func error(
    _ fingerprinter: ConfinedFingerprinter, within time: Duration = .seconds(20)
  ) -> ImageError.Code? {
    var request = FingerprintRequest()
    request.limits.deadline = .now + time
    do throws(ImageError) {
      _ = try fingerprinter.fingerprint(of: picture.span, request)
      return nil
    } catch {
      return error.code
    }
  }

  @Test(arguments: Manner.allCases)
  func costsItsPictureAndIsReplaced(_ manner: Manner) throws {
    let lost = Mutex<[ImageError.Code]>([])
    var options = ConfinedFingerprinter.Options(workers: 1)
    options.program = try program(manner.rawValue)
    options.onLoss = { loss in lost.withLock { $0.append(loss.error.code) } }
    let fingerprinter = try ConfinedFingerprinter(options)
    #expect(starts == 1)
    let start = ContinuousClock.now
    let isSlow = manner == .hangs || manner == .spins
    let expected: ImageError.Code = isSlow ? .timeLimit : .crashed
    #expect(error(fingerprinter, within: isSlow ? .seconds(1) : .seconds(20)) == expected)
    #expect(ContinuousClock.now - start < .seconds(10))
    #expect(lost.withLock { $0 } == [expected])
    // Not tried again, unless the worker was ended by somebody else, ended by itself, or did nothing.
    let isSuspect = ![.killed, .exits, .half, .hangs].contains(manner)
    #expect(error(fingerprinter, within: isSlow ? .seconds(1) : .seconds(20)) == expected)
    #expect(starts == (isSuspect ? 1 : 2))
  }

  @Test func oneThatDoesNotStartIsSaidAndNotTriedWithoutEnd() throws {
    var options = ConfinedFingerprinter.Options(workers: 1)
    options.program = try program("no-start")
    let failure = #expect(throws: ConfinementError.self) { try ConfinedFingerprinter(options) }
    #expect(failure?.code == .noStart && failure?.description.contains("status 3") == true)
    // One that starts at first, and is then replaced by one that does not.
    options.program = try program("exits")
    let failures = Mutex(0)
    options.onFailure = { _ in failures.withLock { $0 += 1 } }
    let fingerprinter = try ConfinedFingerprinter(options)
    #expect(error(fingerprinter) == .crashed)
    _ = try program("no-start")
    for _ in 0..<50 { #expect(error(fingerprinter) == .noWorker) }
    #expect(failures.withLock { $0 } < 10)
  }

  @Test func aWorkerThatIsBusyIsWaitedFor() async throws {
    var options = ConfinedFingerprinter.Options(workers: 1)
    options.program = try program("hangs")
    let fingerprinter = try ConfinedFingerprinter(options)
    await withTaskGroup { group in
      for _ in 0..<2 {
        group.addTask { error(fingerprinter, within: .seconds(1)) }
      }
      // The one is ended at its deadline, the other has found no worker by its own.
      var codes: [ImageError.Code?] = []
      for await code in group { codes.append(code) }
      #expect(Set(codes).isSubset(of: [.timeLimit, .noWorker]) && codes.contains(.timeLimit))
    }
  }
}
