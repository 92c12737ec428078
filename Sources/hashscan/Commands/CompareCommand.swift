import ArgumentParser
import HashEngine
import SystemPackage

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Say how far two pictures or PDQ hashes lie apart.",
    discussion: """
      Exit status: 0 farther apart than the radius, 1 within it, 2 when they cannot be compared.
      """)

  @Argument(help: "A picture, or 64 hexadecimal digits.")
  var first: PathArgument

  @Argument(help: "Another picture, or another hash.")
  var second: PathArgument

  @Option(help: "How many of the 256 bits may differ for a match.")
  var radius = 31

  @OptionGroup var decoding: DecodingOptions

  func validate() throws {
    guard (0...PDQHash.bitCount).contains(radius) else {
      throw ValidationError("the radius is a number from 0 to \(PDQHash.bitCount)")
    }
  }

  func run() throws {
    do {
      let fingerprinter = try decoding.fingerprinter()
      let distance = try hash(first, by: fingerprinter).distance(
        to: hash(second, by: fingerprinter))
      let isWithin = distance <= radius
      Output.print(
        "distance \(distance) of \(PDQHash.bitCount), \(isWithin ? "within" : "outside") the"
          + " radius of \(radius)")
      try ExitStatus(found: isWithin, failed: false).exit()
    } catch let error as Failure {
      throw fail("\(error)")
    }
  }

  private func hash(
    _ argument: PathArgument, by fingerprinter: any Fingerprinter
  ) throws(Failure) -> PDQHash {
    let path = argument.path
    if let hash = PDQHash(path.string) { return hash }
    do throws(ImageError) {
      let bytes = try PictureFile.read(path)
      let fingerprint = try fingerprinter.fingerprint(
        of: bytes.span, FingerprintRequest(limits: decoding.limits))
      if case .partial(let reason) = fingerprint.completeness { throw reason }
      guard let pdq = fingerprint.pdq, pdq.isComparable else {
        throw ImageError(
          .unsupported, "too flat to compare (quality \(fingerprint.pdq?.quality ?? 0))")
      }
      return pdq.hash
    } catch {
      throw Failure("\(ShownPath(path)): \(error)")
    }
  }
}
