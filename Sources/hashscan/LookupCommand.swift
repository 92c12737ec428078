import ArgumentParser
import HashEngine

struct LookupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lookup",
    abstract: "Look for a hash on the lists.",
    discussion: "Exit status: 0 nothing found, 1 found, 2 an error.")

  @Argument(help: "In hexadecimal.")
  var hash: String

  @Option(help: "pdq, phash64, md5, sha1 or sha256.")
  var kind = HashKind.pdq

  @Option(
    help: "Bits by which it may differ from a listed one. Default: 31 for PDQ, 4 for phash64.")
  var radius: Int?

  @Flag(help: "One JSON object a line.")
  var json = false

  @OptionGroup var database: DatabaseOption

  func validate() throws {
    guard ListedHash(kind: kind, text: hash) != nil else {
      throw ValidationError(
        "not a \(kind.rawValue) hash: \(2 * kind.byteCount) hexadecimal digits are needed")
    }
    guard radius.map({ (0...8 * kind.byteCount).contains($0) }) ?? true else {
      throw ValidationError("the radius is a number from 0 to \(8 * kind.byteCount)")
    }
  }

  func run() throws {
    guard let hash = ListedHash(kind: kind, text: hash) else { return }
    try reporting {
      let radius = radius ?? MatchPolicy().radius(of: kind)
      let matches = try database.open().matches(for: hash, radius: radius)
      for match in matches {
        print(json ? JSONLine.render(MatchLine(match)) : MatchText(match).description)
      }
      try ExitStatus(found: !matches.isEmpty, failed: false).exit()
    }
  }
}
