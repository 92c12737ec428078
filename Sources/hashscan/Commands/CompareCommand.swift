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
  var first: String

  @Argument(help: "Another.")
  var second: String

  @Option(help: "Bits by which a match may differ, 0 to 256.")
  var radius = 31

  func validate() throws {
    guard (0...PDQHash.bitCount).contains(radius) else {
      throw ValidationError("the radius is a number from 0 to \(PDQHash.bitCount)")
    }
  }

  func run() throws {
    do {
      let distance = try Self.hash(first).distance(to: Self.hash(second))
      let isWithin = distance <= radius
      print(
        "distance \(distance) of \(PDQHash.bitCount), \(isWithin ? "within" : "outside") the"
          + " radius of \(radius)")
      try ExitStatus(found: isWithin, failed: false).exit()
    } catch let error as Failure {
      throw fail("\(error)")
    }
  }

  private static func hash(_ text: String) throws(Failure) -> PDQHash {
    if let hash = PDQHash(text) { return hash }
    let path = FilePath(text)
    do throws(ImageError) {
      let bytes = try PictureFile.read(path)
      let fingerprint = try Fingerprint(of: bytes.span)
      if case .partial(let reason) = fingerprint.completeness { throw reason }
      guard let pdq = fingerprint.pdq, pdq.isUsable else {
        throw ImageError(
          .unsupported, "too flat to compare (quality \(fingerprint.pdq?.quality ?? 0))")
      }
      return pdq.hash
    } catch {
      throw Failure("\(ShownPath(path)): \(error)")
    }
  }
}
