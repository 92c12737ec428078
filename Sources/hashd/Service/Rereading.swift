import Logging
import ServiceLifecycle
import UnixSignals

/// At SIGHUP: opens the log file anew, since it was rotated, and reads the settings again.
struct Rereading: Service {
  let output: LogOutput
  let settings: SettingsInForce
  /// Reads the settings from where they came.
  let read: @Sendable () throws -> (Settings, SettingsSource)
  let logger: Logger

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
      // What is told belongs into the new file.
      let result = Result { try reread() }
      do {
        try output.reopen(settings.current)
        logger.info("log reopened")
      } catch {
        logger.error("the log stays where it is", metadata: ["error": "\(error)"])
      }
      tell(result)
    }
  }

  private func reread() throws -> SettingsInForce.Rereading {
    let (new, source) = try read()
    return try settings.take(new, from: source)
  }

  private func tell(_ result: Result<SettingsInForce.Rereading, any Error>) {
    switch result {
    case .success(let result):
      var told: Logger.Metadata = [:]
      if !result.changed.isEmpty {
        told["changed"] = .array(result.changed.map { "\($0.rawValue)" })
      }
      if !result.waiting.isEmpty {
        told["needs_a_restart"] = .array(result.waiting.map { "\($0.rawValue)" })
      }
      logger.log(
        level: result.waiting.isEmpty ? .info : .warning, "settings read again", metadata: told)
    case .failure(let error):
      logger.error("the settings stay as they are", metadata: ["error": "\(error)"])
    }
  }
}
