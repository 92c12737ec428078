internal import Crypto
internal import Dispatch
public import PictureHashing
internal import Synchronization
public import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Decodes pictures in workers: separate processes that have given up everything decoding does not need. A
/// picture that attacks or crashes its decoder harms nothing but its own result.
///
/// A worker is kept between pictures and replaced now and then. It is also replaced after any picture that
/// was not decoded completely, since a worker that was taken over could call every later picture clean. Its
/// replies are read as untrusted input. Safe to use from any thread.
public final class ConfinedFingerprinter: Fingerprinter {
  /// How workers are started, and what they may take.
  public struct Options: Sendable {
    /// How many workers there are at once, at most.
    public var workers: Int
    /// Limits that the workers are set up for; a request may set lower ones.
    public var limits: DecodingLimits
    /// The niceness of workers, 0 to 19: higher values give way to other programs.
    public var niceness: Int
    /// The worker program; `nil` for the one that was installed, or built, with this program.
    public var program: FilePath?
    /// Called for each picture during which a worker was lost.
    public var onLoss: @Sendable (LostWorker) -> Void = { _ in }
    /// Called when a worker does not start.
    public var onFailure: @Sendable (ConfinementError) -> Void = { _ in }

    /// Options for up to `workers` workers at once; one for each core is usual.
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

  /// A picture during which a worker was lost.
  public struct LostWorker: Sendable {
    /// What became of the picture: `crashed`, `time-limit` or `over-limit`.
    public let error: ImageError
    /// The size of the picture's file, in bytes.
    public let byteCount: Int
    /// The SHA-256 of the picture's bytes; it must not be logged as it is.
    public let sha256: [UInt8]
    /// Whether the picture was probably the cause, and not somebody who killed or stopped the worker.
    public let isByPicture: Bool
  }

  /// How far workers are confined.
  public let level: ConfinementLevel

  private struct Pool {
    var idle: [WorkerProcess] = []
    /// How many starts failed in a row.
    var failures = 0
    /// No worker is started before this time.
    var restsUntil = ContinuousClock.now
  }

  /// How long a picture may take when its request has no deadline.
  private static let longestTime = Duration.seconds(60)
  /// Processor time that a worker may use over all its pictures, in seconds.
  private static let processorSeconds = 120
  /// Memory beyond the decoders' limit, in bytes: for hashes, views and fragmentation.
  private static let spareMemory = 256 << 20
  /// An upper bound on the memory limit, in bytes: more than any machine has.
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

  /// Tells the worker program from an earlier or later one.
  var programIdentity: String {
    var status = stat()
    guard program.withPlatformString({ stat($0, &status) }) == 0 else { return "" }
    return "\(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
  }

  /// Whether the last attempt to start a worker succeeded.
  public var isAble: Bool { pool.withLock { $0.failures == 0 } }

  /// Has a picture decoded and hashed by a worker; waits for one until the request's deadline, or a minute.
  ///
  /// - Throws: ``ImageError``: what decoding throws, and `crashed`, or `noWorker` when no worker was
  ///   available.
  public func fingerprint(
    of bytes: Span<UInt8>, _ request: FingerprintRequest
  ) throws(ImageError) -> Fingerprint {
    // A file that is not a picture is refused here, without a worker.
    _ = try ImageDecoder.format(of: bytes, limits: request.limits)
    if let error = suspects.error(for: bytes) { throw error }
    let deadline = request.limits.deadline ?? .now + Self.longestTime
    try wait(until: deadline)
    defer { free.signal() }
    var request = request
    request.limits.deadline = deadline
    // Digests are computed here: a worker that was taken over could report false ones.
    let kinds = request.kinds
    request.kinds = kinds.filter { !$0.isDigest }
    var digests: [HashKind: [UInt8]] = [:]
    let outcome = try ask(bytes, request) { digests = Digests.of(bytes, kinds: kinds) }
    var fingerprint = try outcome.get()
    fingerprint.digests = digests
    return fingerprint
  }

  /// Has a worker hash the picture; tries another one if the first had already ended.
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

  /// Starts a worker, in up to three attempts: it may be killed while it starts, or its program may be just
  /// being replaced.
  ///
  /// - Parameter level: The confinement of the first worker, which later ones must have too; `nil` for the
  ///   first.
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

  /// The error for a picture during which a worker was lost; reports the loss.
  private func lost(_ loss: WorkerProcess.Loss, _ bytes: Span<UInt8>) -> ImageError {
    let error =
      switch loss {
      case .time, .held: DecodingLimits.outOfTime
      case .memory:
        ImageError(.overLimit, "too large: its decoder took more memory than it may")
      case .signal, .gone, .goneBefore, .nonsense, .noRoom:
        ImageError(.crashed, "it ended the program that decoded it")
      }
    // When somebody else killed or stopped the worker, the picture is not to blame.
    let isByPicture = loss != .gone && loss != .held
    if isByPicture { suspects.add(bytes, error) }
    let digest = bytes.withUnsafeBytes { SHA256.hash(data: $0) }
    onLoss(
      LostWorker(
        error: error, byteCount: bytes.count, sha256: Array(digest), isByPicture: isByPicture))
    return error
  }
}
