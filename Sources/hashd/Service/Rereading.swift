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
      reread()
      do {
        try output.reopen(settings.current)
        logger.info("log reopened")
      } catch {
        logger.error("the log stays where it is", metadata: ["error": "\(error)"])
      }
    }
  }

  private func reread() {
    do {
      let (new, source) = try read()
      let result = try settings.take(new, from: source)
      var told: Logger.Metadata = [:]
      if !result.changed.isEmpty {
        told["changed"] = .array(result.changed.map { "\($0.rawValue)" })
      }
      if !result.waiting.isEmpty {
        told["needs_a_restart"] = .array(result.waiting.map { "\($0.rawValue)" })
      }
      logger.log(
        level: result.waiting.isEmpty ? .info : .warning, "settings read again", metadata: told)
    } catch {
      logger.error("the settings stay as they are", metadata: ["error": "\(error)"])
    }
  }
}
