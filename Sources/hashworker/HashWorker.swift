import CLinux
import PictureHashing
import WorkerCodecs

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Decodes pictures for another program, confined: whatever a picture does to its decoder, it does to a
/// process that holds nothing but that picture, and can reach nothing.
///
/// Started by `ConfinedFingerprinter`, with a socket and shared memory; of no use by hand.
@main
struct HashWorker {
  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard let settings = WorkerSettings(arguments: arguments),
      let memory = SharedPicture(
        descriptor: WorkerSettings.sharedMemory, size: settings.sharedBytes)
    else { exit(64) }
    WorkerCodecs.install()
    // Ctrl-C at a terminal reaches all programs there. Whoever has begun a picture waits for it, and ends this one then.
    signal(SIGINT, SIG_IGN)
    // Buffers up to this size are kept for the next picture; larger ones go back to the system.
    clinux_keep_memory(8 << 20)
    let channel = Channel(descriptor: WorkerSettings.socket)
    let level = Confinement.enter(settings)
    guard channel.send(WorkerGreeting(level: level).bytes) else { exit(1) }
    while let bytes = channel.receive(WorkerRequest.byteCount) {
      guard let request = WorkerRequest(bytes), request.count <= memory.size else { exit(65) }
      guard channel.send(answer(to: request, in: memory)) else { break }
    }
    exit(0)
  }

  private static func answer(to request: WorkerRequest, in memory: SharedPicture) -> [UInt8] {
    let (content, body): (WorkerAnswerHead.Content, [UInt8])
    do throws(ImageError) {
      let fingerprint = try Fingerprint(of: memory.bytes(request.count), request.request)
      (content, body) = (.fingerprint, fingerprint.binary)
    } catch {
      var writer = RecordWriter()
      writer.append(error)
      (content, body) = (.error, writer.bytes)
    }
    return WorkerAnswerHead(id: request.id, content: content, count: body.count).bytes + body
  }
}
