import ArgumentParser
import HashEngine
import SystemPackage

struct HashCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hash",
    abstract: "Print hashes of pictures.",
    discussion: """
      Lines of hash,quality,file for PDQ, as the reference's own hasher prints them, and of \
      hash,file for other kinds; "hashscan import" reads both. Of an animation, only the first frame; \
      --json has all different ones. A PDQ hash of a quality under \(PDQHash.minimumQuality) says nothing \
      about its picture. Exit status: 0, or 2 when a picture could not be hashed.
      """)

  @Argument(help: ArgumentHelp("Pictures.", valueName: "file"))
  var files: [PathArgument]

  @Option(help: "pdq, phash64, md5, sha1 or sha256.")
  var kind = HashKind.pdq

  @Flag(help: "Print one JSON object per file.")
  var json = false

  @OptionGroup var decoding: DecodingOptions

  func run() throws {
    let fingerprinter: any Fingerprinter
    do {
      fingerprinter = try decoding.fingerprinter()
    } catch {
      throw fail("\(error)")
    }
    var failed = false
    for file in files {
      let path = ShownPath(file.path)
      var fingerprint: Fingerprint?
      var problem: ImageError?
      do throws(ImageError) {
        let bytes = try PictureFile.read(path.path)
        fingerprint = try fingerprinter.fingerprint(
          of: bytes.span, FingerprintRequest(kinds: [kind], limits: decoding.limits))
        if case .partial(let reason) = fingerprint?.completeness { problem = reason }
      } catch {
        problem = error
      }
      failed = failed || problem != nil
      if json {
        Output.print(JSONLine.render(HashLine(path, fingerprint, problem)))
      } else if let problem {
        Terminal.warn("\(path): not hashed: \(problem)")
      } else if let fingerprint {
        Output.print("\(Self.text(of: fingerprint, kind)),\(path)")
      }
    }
    try ExitStatus(found: false, failed: failed).exit()
  }

  private static func text(of fingerprint: Fingerprint, _ kind: HashKind) -> String {
    switch kind {
    case .pdq: fingerprint.pdq.map { "\($0.hash),\($0.quality)" } ?? ""
    case .phash64: fingerprint.frames.first?.phash64?.hash.description ?? ""
    case .md5, .sha1, .sha256: fingerprint.digestText(kind) ?? ""
    }
  }
}
