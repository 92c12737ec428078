internal import CLinux
internal import PictureHashing
internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// A running worker, as its asker sees it. It hashes one picture at a time, for whoever has taken it out of
/// the pool.
final class WorkerProcess: Sendable {
  /// How a worker came to its end, or was ended.
  enum Loss: Error, Hashable {
    /// It exceeded its time, and was working for a good part of it.
    case time
    /// It exceeded its time, but was stopped or had hardly any processor time.
    case held
    /// It exceeded its memory.
    case memory
    /// It was ended by a signal that a picture can cause.
    case signal(CInt)
    /// It ended without such a signal, or somebody ended it.
    case gone
    /// It had ended before it got the picture.
    case goneBefore
    /// Its reply was malformed, or belonged to another request.
    case nonsense
    /// There was no memory to put the picture in.
    case noRoom
  }

  let level: ConfinementLevel
  private let process: pid_t
  private let socket: CInt
  /// The clock of its processor time.
  private let clock: clockid_t
  private let memory: SharedMemory
  private let settings: WorkerSettings
  private let isEnded = Atomic(false)
  private let pictures = Atomic(0)
  /// The processor that it is bound to; -1 for any.
  private let processor = Atomic<CInt>(-1)
  /// Random, so that no worker can guess another's request ids.
  private let firstID = UInt64.random(in: .min ... .max)

  /// How long a worker may take to report that it is ready.
  private static let startTime = Duration.seconds(10)
  /// Extra time after the deadline, in which a worker can itself report that it hit a limit.
  private static let grace = Duration.milliseconds(500)
  /// Pictures of fewer bytes take only a few milliseconds.
  private static let smallPicture = 1 << 19
  /// Enough bytes for the usual answer for a picture that is not an animation.
  private static let usualAnswer = 1 << 13
  /// The share of a picture's time that its worker must have spent working; with less, it was held up.
  private static let minimumShare = 0.1
  /// How many pictures a worker hashes before it is replaced.
  private static let maximumPictures = 1000
  /// A worker is replaced after a picture of more bytes than this, since it keeps that much shared memory.
  private static let maximumKept = 16 << 20

  /// Starts a worker and waits until it is confined.
  ///
  /// - Throws: ``ConfinementError`` `noStart`.
  init(_ program: FilePath, _ settings: WorkerSettings) throws(ConfinementError) {
    func failure(_ what: String) -> ConfinementError {
      ConfinementError(.noStart, "\(program): \(what)")
    }
    var ends: [CInt] = [-1, -1]
    guard
      socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | UInt32(SOCK_CLOEXEC.rawValue)), 0, &ends) == 0
    else { throw failure("no socket: \(Errno(rawValue: errno))") }
    defer { if ends[1] >= 0 { close(ends[1]) } }
    let own = ends[0]
    let memory: SharedMemory
    let process: pid_t
    do throws(Errno) {
      memory = try SharedMemory(size: settings.sharedBytes)
      process = try Spawn.start(
        program, settings.arguments,
        descriptors: [
          (ends[1], WorkerSettings.socket), (memory.descriptor, WorkerSettings.sharedMemory),
        ])
    } catch {
      close(own)
      throw failure("not started: \(error)")
    }
    close(ends[1])
    ends[1] = -1
    let greeting: [UInt8]?
    do throws(Loss) {
      greeting = try receive(
        WorkerGreeting.byteCount, atMost: WorkerGreeting.byteCount, from: own,
        until: .now + Self.startTime)
    } catch {
      greeting = nil
    }
    guard let level = greeting.flatMap({ WorkerGreeting($0) })?.level else {
      let status = Spawn.end(process).status
      close(own)
      throw failure("did not say that it is ready (\(Spawn.text(status)))")
    }
    var clock = clockid_t()
    // If the clock cannot be read, the processor time counts as used up.
    _ = clock_getcpuclockid(process, &clock)
    self.clock = clock
    self.level = level
    self.process = process
    self.memory = memory
    self.settings = settings
    socket = own
  }

  deinit {
    close(socket)
    // Once it has been waited for, its process id may belong to another process.
    if !isEnded.load(ordering: .relaxed) { _ = Spawn.end(process) }
  }

  /// Has a picture hashed.
  ///
  /// - Parameters:
  ///   - request: Has a deadline; shortly after it, a worker that has not replied is given up.
  ///   - meanwhile: Called once the worker has its picture.
  /// - Throws: ``Loss``; the worker must not be used again then.
  func ask(
    _ bytes: Span<UInt8>, _ request: FingerprintRequest, meanwhile: () -> Void
  ) throws(Loss) -> Result<Fingerprint, ImageError> {
    guard memory.put(bytes) else { throw .noRoom }
    follow(bytes.count)
    let (start, worked) = (ContinuousClock.now, processorSeconds)
    do throws(Loss) {
      return try exchange(bytes, request, meanwhile: meanwhile)
    } catch {
      guard error == .time else { throw error }
      // When the worker was stopped or got no processor time, the picture is not to blame.
      let share = (processorSeconds - worked) / ((ContinuousClock.now - start) / .seconds(1))
      throw share > Self.minimumShare ? .time : .held
    }
  }

  private func exchange(
    _ bytes: Span<UInt8>, _ request: FingerprintRequest, meanwhile: () -> Void
  ) throws(Loss) -> Result<Fingerprint, ImageError> {
    let number = pictures.add(1, ordering: .relaxed).newValue
    let id = firstID &+ UInt64(number)
    try send(WorkerRequest(id: id, count: bytes.count, request: request).bytes)
    meanwhile()
    let until = (request.limits.deadline ?? .now) + Self.grace
    let longest = WorkerAnswerHead.longestAnswer(request.limits)
    // Most answers come at once.
    var answer = try receive(
      WorkerAnswerHead.byteCount, atMost: Self.usualAnswer, from: socket, until: until)
    guard
      let head = WorkerAnswerHead(
        Array(answer.prefix(WorkerAnswerHead.byteCount)), longest: longest), head.id == id
    else { throw .nonsense }
    answer.removeFirst(WorkerAnswerHead.byteCount)
    guard answer.count <= head.count else { throw .nonsense }
    let missing = head.count - answer.count
    if missing > 0 { answer += try receive(missing, atMost: missing, from: socket, until: until) }
    let body = answer
    switch head.content {
    case .fingerprint:
      guard let fingerprint = Fingerprint(binary: body.span.bytes), fingerprint.digests.isEmpty
      else { throw .nonsense }
      return .success(fingerprint)
    case .error:
      var reader = RecordReader(body.span.bytes)
      guard let error = reader.imageError(), reader.isAtEnd else { throw .nonsense }
      return .failure(error)
    }
  }

  /// Binds the worker to its asker's processor, which is free while the asker waits: no data moves between
  /// processors, and none has to be woken. For a large picture that would save nothing, and could keep the
  /// worker from an idle processor.
  private func follow(_ byteCount: Int) {
    let here = byteCount < Self.smallPicture ? clinux_processor() : -1
    guard processor.load(ordering: .relaxed) != here else { return }
    // If binding is not permitted, it runs on any processor.
    _ = clinux_keep_on_processor(process, here)
    processor.store(here, ordering: .relaxed)
  }

  /// Whether it is due to be replaced: a worker that was taken over must not see many more pictures.
  var isSpent: Bool {
    pictures.load(ordering: .relaxed) >= Self.maximumPictures || memory.longest > Self.maximumKept
      || processorSeconds >= Double(settings.processorSeconds) / 2
  }

  /// Ends the worker.
  ///
  /// - Returns: The loss, made more precise by how the process ended.
  func end(after loss: Loss) -> Loss {
    isEnded.store(true, ordering: .relaxed)
    let (status, peak) = Spawn.end(process)
    guard loss == .gone else { return loss }
    guard let signal = Spawn.signal(in: status) else { return loss }
    switch signal {
    case SIGXCPU: return .time
    // Not caused by the picture, but by the operator, or by the kernel when the machine runs out of memory.
    case SIGKILL, SIGTERM, SIGINT, SIGHUP: return .gone
    default: return peak > settings.memory / 4 * 3 ? .memory : .signal(signal)
    }
  }

  /// Processor time that it has used.
  private var processorSeconds: Double {
    var time = timespec()
    guard clock_gettime(clock, &time) == 0 else { return .infinity }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private func send(_ bytes: [UInt8]) throws(Loss) {
    // Far less than the socket's buffer holds, and a waiting worker has read everything before.
    let sent = bytes.withUnsafeBytes {
      Glibc.send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
    }
    guard sent == bytes.count else { throw .goneBefore }
  }
}

/// Reads at least `count` and at most `most` bytes.
///
/// - Throws: ``WorkerProcess/Loss`` `time` or `gone`.
private func receive(
  _ count: Int, atMost most: Int, from socket: CInt, until deadline: ContinuousClock.Instant
) throws(WorkerProcess.Loss) -> [UInt8] {
  var loss: WorkerProcess.Loss?
  let bytes = [UInt8](unsafeUninitializedCapacity: most) { buffer, initialized in
    while initialized < count {
      let left = (deadline - .now) / .milliseconds(1)
      guard left > 0 else {
        loss = .time
        return
      }
      var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, CInt(min(left.rounded(.up), 1_000_000)))
      if ready < 0, errno != EINTR { loss = .gone }
      if ready > 0 {
        // Within the buffer, which has room for `most`.
        let rest = UnsafeMutableRawBufferPointer(buffer)[initialized..<most]
        let got = recv(
          socket, UnsafeMutableRawBufferPointer(rebasing: rest).baseAddress, rest.count,
          CInt(MSG_DONTWAIT))
        if got > 0 {
          initialized += got
        } else if got == 0 || errno != EINTR && errno != EAGAIN {
          loss = .gone
        }
      }
      if loss != nil { return }
    }
  }
  if let loss { throw loss }
  return bytes
}
