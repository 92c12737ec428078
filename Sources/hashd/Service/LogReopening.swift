import Logging
import ServiceLifecycle
import UnixSignals

/// Opens the log anew at SIGHUP: after it was rotated.
struct LogReopening: Service {
  let output: LogOutput
  let logger: Logger

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
      do {
        try output.reopen()
        logger.info("log opened anew")
      } catch {
        logger.error("log not opened anew", metadata: ["error": "\(error)"])
      }
    }
  }
}
