import ArgumentParser

/// How much of the machine a scan takes.
struct PaceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Files that the system begins to read before they are examined; 0 for none.",
      valueName: "count"))
  var readAhead = 32

  @Flag(help: "Give way to other programs.")
  var nice = false

  @Option(
    help: ArgumentHelp(
      "Read no more than so many bytes a second, as in 20M; K, M and G stand for 1024 and its powers.",
      valueName: "bytes"))
  var limitRate: ByteCount?

  func validate() throws {
    guard (0...4096).contains(readAhead) else {
      throw ValidationError("--read-ahead is a number from 0 to 4096")
    }
  }

  /// Gives way if wanted; to be called before other programs are started, which do the same then.
  var pace: Pace {
    if nice { Pace.giveWay() }
    return Pace(bytesPerSecond: limitRate?.count)
  }
}

/// A number of bytes, as in `500K`.
struct ByteCount: ExpressibleByArgument {
  let count: Int

  init?(argument: String) {
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    let unit = argument.last.flatMap { units[Character($0.uppercased())] }
    guard let number = Int(unit == nil ? argument : String(argument.dropLast())), number > 0 else {
      return nil
    }
    let (count, isTooLarge) = number.multipliedReportingOverflow(by: unit ?? 1)
    guard !isTooLarge else { return nil }
    self.count = count
  }
}
