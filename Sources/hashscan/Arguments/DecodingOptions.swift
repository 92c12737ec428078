import ArgumentParser
import HashEngine

/// How pictures are decoded.
struct DecodingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How decoders are confined: required, best-effort or off.",
      discussion: """
        Pictures are decoded by a separate program that can read no file and reach no network, and has \
        limited memory. Where this machine cannot do that, best-effort warns and goes on, and required stops.
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

  /// The limits for a picture that is decoded now; its time counts from this moment.
  var limits: DecodingLimits {
    var limits = DecodingLimits()
    limits.deadline = .now + time
    return limits
  }

  /// The fingerprinter that decodes pictures as chosen.
  ///
  /// - Parameter count: How many pictures are decoded at once.
  /// - Throws: ``Failure`` where decoders cannot be confined as required.
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
