import ArgumentParser
import HashEngine

struct LookupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lookup",
    abstract: "Look for a PDQ hash on the lists.",
    discussion: "Exit status: 0 nothing found, 1 found, 2 an error.")

  @Argument(help: "64 hexadecimal digits.")
  var hash: String

  @Option(help: "Bits by which it may differ from a listed one, 0 to 256.")
  var radius = 31

  @Flag(help: "One JSON object a line.")
  var json = false

  @OptionGroup var database: DatabaseOption

  func validate() throws {
    guard PDQHash(hash) != nil else {
      throw ValidationError("not a PDQ hash: 64 hexadecimal digits are needed")
    }
    guard (0...PDQHash.bitCount).contains(radius) else {
      throw ValidationError("the radius is a number from 0 to \(PDQHash.bitCount)")
    }
  }

  func run() throws {
    guard let hash = PDQHash(hash) else { return }
    do {
      let matches = try database.open().matches(for: hash, radius: radius)
      for match in matches {
        print(json ? JSONLine.render(MatchLine(match)) : MatchText(match).description)
      }
      try ExitStatus(found: !matches.isEmpty, failed: false).exit()
    } catch let error as Failure {
      throw fail("\(error)")
    } catch let error as StorageError {
      throw fail("\(error)")
    }
  }
}
