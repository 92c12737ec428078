import ArgumentParser
import HashEngine

/// How pictures are decoded.
struct DecodingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How decoders are confined: required, best-effort or off.",
      discussion: """
        A picture is decoded by a program of its own that can read no file, reach no network and take only so \
        much memory; where this machine cannot do that, best-effort says so and goes on, required does not.
        """))
  var confinement = Confinement.bestEffort

  @Option(
    help: ArgumentHelp(
      "Seconds that a picture may take; one that takes longer is not scanned.",
      valueName: "seconds"))
  var timeLimit = 20.0

  func validate() throws {
    guard timeLimit > 0, timeLimit <= 86_400 else {
      throw ValidationError("--time-limit is a number of seconds, at most 86400")
    }
  }

  var time: Duration { .seconds(timeLimit) }

  /// Limits for a picture whose turn is now.
  var limits: DecodingLimits {
    var limits = DecodingLimits()
    limits.deadline = .now + time
    return limits
  }

  /// What decodes.
  ///
  /// - Parameter count: Pictures at once.
  /// - Throws: ``Failure`` where it cannot be confined as required.
  func fingerprinter(_ count: Int = 1) throws(Failure) -> any Fingerprinter {
    do {
      let chosen = try ChosenFingerprinter(
        confinement, ConfinedFingerprinter.Options(workers: count))
      if let shortfall = chosen.shortfall { Terminal.warn("warning: \(shortfall)") }
      return chosen.fingerprinter
    } catch {
      throw Failure("\(error); --confinement best-effort goes on without")
    }
  }
}
