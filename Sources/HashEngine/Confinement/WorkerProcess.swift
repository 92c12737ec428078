internal import CLinux
internal import PictureHashing
internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// A worker that runs, seen from its asker: asked for one picture at a time, by whoever has taken it out of the
/// pool.
final class WorkerProcess: Sendable {
  /// How a worker came to its end, or was ended.
  enum Loss: Error, Hashable {
    /// It took longer than it may, and worked a good part of that time.
    case time
    /// It took longer than it may, and was kept from working.
    case held
    /// It took more memory than it may.
    case memory
    /// A signal ended it that a picture can bring about.
    case signal(CInt)
    /// It ended without such a signal, or somebody ended it.
    case gone
    /// It had ended before it got the picture.
    case goneBefore
    /// What it said was no answer, or one to something else.
    case nonsense
    /// There was no memory to put the picture in.
    case noRoom
  }

  let level: ConfinementLevel
  private let process: pid_t
  private let socket: CInt
  /// Of the processor time that it uses.
  private let clock: clockid_t
  private let memory: SharedMemory
  private let settings: WorkerSettings
  private let isEnded = Atomic(false)
  private let pictures = Atomic(0)
  /// The processor that it is kept on; -1 for any.
  private let processor = Atomic<CInt>(-1)
  /// By chance, so that no worker knows another's.
  private let firstID = UInt64.random(in: .min ... .max)

  /// A worker that does not say that it is ready within this time is not.
  private static let startTime = Duration.seconds(10)
  /// What a worker has to tell of a limit that it noticed by itself.
  private static let grace = Duration.milliseconds(500)
  /// Bytes of a picture that takes a few milliseconds.
  private static let smallPicture = 1 << 19
  /// Bytes of an answer that is no animation's, and some more.
  private static let usualAnswer = 1 << 13
  /// Of the time that a picture has taken, the part that its worker worked if it was not held up.
  private static let minimumShare = 0.1
  /// Pictures until it is replaced.
  private static let maximumPictures = 1000
  /// A larger picture than this leaves so much memory behind that the worker is replaced.
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
    // One that cannot be read counts as used up.
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
    // The number of one that has ended may be another process's by now.
    if !isEnded.load(ordering: .relaxed) { _ = Spawn.end(process) }
  }

  /// Has a picture hashed.
  ///
  /// - Parameters:
  ///   - request: With a deadline, at which the worker is ended, whatever it does.
  ///   - meanwhile: Called once the worker has its picture.
  /// - Throws: ``Loss``; the worker is of no use any more then.
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
      // A worker that was stopped, or had no processor, says nothing of the picture.
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

  /// Has the worker run where its asker does, which sleeps meanwhile: nothing is moved between processors, and
  /// none has to be woken. Of a large picture that would save nothing, and could keep it from a free one.
  private func follow(_ byteCount: Int) {
    let here = byteCount < Self.smallPicture ? clinux_processor() : -1
    guard processor.load(ordering: .relaxed) != here else { return }
    // Where it may not be said, it runs anywhere.
    _ = clinux_keep_on_processor(process, here)
    processor.store(here, ordering: .relaxed)
  }

  /// Whether it has done enough: what took a worker over with one picture is not to see many more.
  var isSpent: Bool {
    pictures.load(ordering: .relaxed) >= Self.maximumPictures || memory.longest > Self.maximumKept
      || processorSeconds >= Double(settings.processorSeconds) / 2
  }

  /// Ends the worker.
  ///
  /// - Returns: What it was lost by, which tells more than what its asker noticed.
  func end(after loss: Loss) -> Loss {
    isEnded.store(true, ordering: .relaxed)
    let (status, peak) = Spawn.end(process)
    guard loss == .gone else { return loss }
    guard let signal = Spawn.signal(in: status) else { return loss }
    switch signal {
    case SIGXCPU: return .time
    // Not by a picture: by the one who runs it, or by the kernel where memory runs out.
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
    // Far less than the socket takes at once, and a worker that waits has read all before.
    let sent = bytes.withUnsafeBytes {
      Glibc.send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
    }
    guard sent == bytes.count else { throw .goneBefore }
  }
}

/// Reads at least so many bytes, and at most so many.
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
