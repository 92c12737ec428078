internal import Crypto
internal import Dispatch
public import PictureHashing
internal import Synchronization
public import SystemPackage

/// Decodes in programs of their own, which have given up all that decoding does not need: what a picture does to
/// its decoder costs that picture, and nothing else.
///
/// A worker is kept between pictures and replaced now and then, and after any picture that was not whole, since
/// one that was taken over could call everything clean from then on. What workers say is read like any
/// stranger's bytes. Safe to use from any thread.
public final class ConfinedFingerprinter: Fingerprinter {
  /// How workers are started, and what they may take.
  public struct Options: Sendable {
    /// Workers at once.
    public var workers: Int
    /// What a picture may cost at the most; a request may ask for less.
    public var limits: DecodingLimits
    /// By how much workers give way to other programs, 0 to 19.
    public var niceness: Int
    /// The worker program; `nil` for the one that was installed, or built, with this program.
    public var program: FilePath?
    /// Called for each picture that has cost a worker.
    public var onLoss: @Sendable (LostWorker) -> Void = { _ in }
    /// Called when a worker does not start.
    public var onFailure: @Sendable (ConfinementError) -> Void = { _ in }

    /// Options for so many workers at once; one for each core is usual. The rest as the properties say.
    public init(
      workers: Int, limits: DecodingLimits = DecodingLimits(), niceness: Int = 0,
      program: FilePath? = nil
    ) {
      self.workers = workers
      self.limits = limits
      self.niceness = niceness
      self.program = program
    }
  }

  /// A picture that has cost a worker.
  public struct LostWorker: Sendable {
    /// What became of the picture: `crashed`, `time-limit` or `over-limit`.
    public let error: ImageError
    /// Of the picture.
    public let byteCount: Int
    /// Of the picture's bytes: not to be logged as it is.
    public let sha256: [UInt8]
    /// Whether the picture did it, as far as can be told, and not somebody who ended or stopped the worker.
    public let isByPicture: Bool
  }

  /// How far workers are confined.
  public let level: ConfinementLevel

  private struct Pool {
    var idle: [WorkerProcess] = []
    /// Starts that failed in a row, and until when there is no other.
    var failures = 0
    var restsUntil = ContinuousClock.now
  }

  /// What a picture may take where nobody says so.
  private static let longestTime = Duration.seconds(60)
  /// Of a worker, over all its pictures.
  private static let processorSeconds = 120
  /// Beside what decoders may hold: hashes, views, and what memory is lost between.
  private static let spareMemory = 256 << 20
  /// More than any machine has.
  private static let maximumMemory = 1 << 46

  private let program: FilePath
  private let settings: WorkerSettings
  private let onLoss: @Sendable (LostWorker) -> Void
  private let onFailure: @Sendable (ConfinementError) -> Void
  private let pool: Mutex<Pool>
  private let free: DispatchSemaphore
  private let suspects = SuspectPictures()

  /// Starts one worker; the others start when they are needed.
  ///
  /// - Throws: ``ConfinementError`` when there is no worker program, or none that starts.
  public init(_ options: Options) throws(ConfinementError) {
    program = if let given = options.program { given } else { try WorkerProgram.find() }
    settings = WorkerSettings(
      sharedBytes: max(1 << 16, options.limits.bytes),
      memory: max(0, min(options.limits.memory, Self.maximumMemory)) + Self.spareMemory,
      processorSeconds: Self.processorSeconds,
      niceness: options.niceness)
    onLoss = options.onLoss
    onFailure = options.onFailure
    let first = try Self.start(program, settings, as: nil)
    level = first.level
    var pool = Pool()
    pool.idle.append(first)
    self.pool = Mutex(pool)
    free = DispatchSemaphore(value: max(1, options.workers))
  }

  /// Whether a worker could be had when one was last wanted.
  public var isAble: Bool { pool.withLock { $0.failures == 0 } }

  /// Has a picture decoded and hashed by a worker; waits for one until the request's deadline, or a minute.
  ///
  /// - Throws: ``ImageError``; besides what decoding throws `crashed`, and `noWorker` when none could be had.
  public func fingerprint(
    of bytes: Span<UInt8>, _ request: FingerprintRequest
  ) throws(ImageError) -> Fingerprint {
    // What is no picture needs no decoder.
    _ = try ImageDecoder.format(of: bytes, limits: request.limits)
    if let error = suspects.error(for: bytes) { throw error }
    let deadline = request.limits.deadline ?? .now + Self.longestTime
    try wait(until: deadline)
    defer { free.signal() }
    var request = request
    request.limits.deadline = deadline
    // The asker computes digests: a worker could say any.
    let kinds = request.kinds
    request.kinds = kinds.filter { !$0.isDigest }
    var digests: [HashKind: [UInt8]] = [:]
    let outcome = try ask(bytes, request) { digests = Digests.of(bytes, kinds: kinds) }
    var fingerprint = try outcome.get()
    fingerprint.digests = digests
    return fingerprint
  }

  /// Asks a worker; another one if that had ended before.
  private func ask(
    _ bytes: Span<UInt8>, _ request: FingerprintRequest, meanwhile: () -> Void
  ) throws(ImageError) -> Result<Fingerprint, ImageError> {
    while true {
      let worker = try take()
      do throws(WorkerProcess.Loss) {
        let outcome = try worker.ask(bytes, request, meanwhile: meanwhile)
        if case .success(let fingerprint) = outcome, fingerprint.completeness == .complete,
          !worker.isSpent
        {
          pool.withLock { $0.idle.append(worker) }
        }
        return outcome
      } catch {
        switch worker.end(after: error) {
        case .goneBefore: continue
        case .noRoom: throw ImageError(.noWorker, "there is no memory to decode it in")
        case let loss: throw lost(loss, bytes)
        }
      }
    }
  }

  /// Waits until a worker may be taken.
  ///
  /// - Throws: ``ImageError`` `noWorker` when none is free in time.
  private func wait(until deadline: ContinuousClock.Instant) throws(ImageError) {
    guard free.wait(timeout: .now()) == .timedOut else { return }
    let nanoseconds = max(0, (deadline - .now) / .nanoseconds(1))
    let end = DispatchTime.now() + .nanoseconds(Int(min(nanoseconds, 1e15)))
    guard free.wait(timeout: end) == .success else {
      throw ImageError(.noWorker, "no decoder was free in time")
    }
  }

  /// An idle worker, or a new one.
  ///
  /// - Throws: ``ImageError`` `noWorker` when none starts.
  private func take() throws(ImageError) -> WorkerProcess {
    let (idle, rests) = pool.withLock { ($0.idle.popLast(), $0.restsUntil > .now) }
    if let idle { return idle }
    guard !rests else { throw ImageError(.noWorker, "no decoder: its program does not start") }
    do throws(ConfinementError) {
      let worker = try Self.start(program, settings, as: level)
      pool.withLock { $0.failures = 0 }
      return worker
    } catch {
      pool.withLock { pool in
        pool.failures = min(pool.failures + 1, 5)
        pool.restsUntil = .now + .milliseconds(20 << pool.failures)
      }
      onFailure(error)
      throw ImageError(.noWorker, "no decoder: its program does not start")
    }
  }

  /// A new worker. Somebody may end one while it starts, or be writing its program, so that one failure says
  /// little.
  ///
  /// - Parameter level: What was promised at first, and holds for those that come later.
  private static func start(
    _ program: FilePath, _ settings: WorkerSettings, as level: ConfinementLevel?
  ) throws(ConfinementError) -> WorkerProcess {
    for _ in 0..<2 {
      if let worker = try? WorkerProcess(program, settings), worker.level == level ?? worker.level {
        return worker
      }
    }
    let worker = try WorkerProcess(program, settings)
    guard worker.level == level ?? worker.level else {
      throw ConfinementError(.notConfined, "less confined than before: \(worker.level)")
    }
    return worker
  }

  /// What a picture is that has cost a worker.
  private func lost(_ loss: WorkerProcess.Loss, _ bytes: Span<UInt8>) -> ImageError {
    let error =
      switch loss {
      case .time, .held: DecodingLimits.outOfTime
      case .memory:
        ImageError(.overLimit, "too large: its decoder took more memory than it may")
      case .signal, .gone, .goneBefore, .nonsense, .noRoom:
        ImageError(.crashed, "it ended the program that decoded it")
      }
    // One that somebody else has ended, or stopped, says nothing of the picture.
    let isByPicture = loss != .gone && loss != .held
    if isByPicture { suspects.add(bytes, error) }
    let digest = bytes.withUnsafeBytes { SHA256.hash(data: $0) }
    onLoss(
      LostWorker(
        error: error, byteCount: bytes.count, sha256: Array(digest), isByPicture: isByPicture))
    return error
  }
}
