import ArgumentParser
import HashEngine
import SystemPackage

struct HashCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hash",
    abstract: "Print the PDQ hash and quality of pictures.",
    discussion: """
      Lines of hash,quality,file, as the reference's own hasher prints them; "hashscan import" \
      reads them. A hash of a quality under \(PDQHash.leastQuality) says nothing about its picture. \
      Exit status: 0, or 2 when a picture could not be hashed.
      """)

  @Argument(help: ArgumentHelp("Pictures.", valueName: "file"))
  var files: [String]

  @Flag(help: "One JSON object a line.")
  var json = false

  func run() throws {
    var failed = false
    for file in files {
      let path = ShownPath(FilePath(file))
      var fingerprint: Fingerprint?
      var problem: ImageError?
      do throws(ImageError) {
        let bytes = try PictureFile.read(path.path)
        fingerprint = try Fingerprint(of: bytes.span)
        if case .partial(let reason) = fingerprint?.completeness { problem = reason }
      } catch {
        problem = error
      }
      failed = failed || problem != nil
      if json {
        print(JSONLine.render(HashLine(path, fingerprint, problem)))
      } else if let problem {
        Terminal.warn("\(path): not hashed: \(problem)")
      } else if let pdq = fingerprint?.pdq {
        print("\(pdq.hash),\(pdq.quality),\(path)")
      }
    }
    try ExitStatus(found: false, failed: failed).exit()
  }
}
