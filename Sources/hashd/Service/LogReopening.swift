import Logging
import ServiceLifecycle
import UnixSignals

/// Reopens the log file at SIGHUP, after it was rotated.
struct LogReopening: Service {
  let output: LogOutput
  let logger: Logger

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
      do {
        try output.reopen()
        logger.info("log reopened")
      } catch {
        logger.error("log not reopened", metadata: ["error": "\(error)"])
      }
    }
  }
}
