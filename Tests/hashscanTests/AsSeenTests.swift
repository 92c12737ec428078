import Foundation
import HashEngine
import SystemPackage
import TestSupport
import Testing

/// The pictures of Fixtures/as-seen: a browser shows the same painting in each, or holds it besides what it shows.
@Suite struct AsSeenTests {
  private let hashscan: HashScanProcess
  private let folder = TestFiles.fixtures.appending("as-seen")

  init() throws { hashscan = try HashScanProcess() }

  private struct Line: Decodable {
    struct Match: Decodable {
      let part: String?
      let view: String
    }

    let path: String
    let verdict: String
    let matches: [Match]?
    let format: String?
    let trailing: String?
    let hasLocation: Bool?

    enum CodingKeys: String, CodingKey {
      case path, verdict, matches, format, trailing
      case hasLocation = "has_location"
    }

    var name: String { String(path.split(separator: "/").last ?? "") }
  }

  private func scan(_ options: String...) throws -> [String: Line] {
    let list = TestFiles.fixtures.appending("as-seen.csv").string
    _ = try hashscan.run("import", list, "--list", "shown")
    let run = try hashscan.run(
      arguments: ["scan", folder.string, "--json", "--effort", "standard"] + options)
    let lines = try run.lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    return Dictionary(uniqueKeysWithValues: lines.map { ($0.name, $0) })
  }

  @Test func whatIsShownIsFoundInEveryFormat() throws {
    let lines = try scan()
    #expect(lines.count == TestFiles.files(below: folder).count && lines.count >= 29)
    for line in lines.values { #expect(line.verdict == "match", "\(line.name)") }
    #expect(
      Set(lines.values.compactMap(\.format)) == Set(ImageFormat.allCases.map(\.rawValue)))
    #expect(lines["second.mpo"]?.matches?.first?.part == "picture 2")
    #expect(lines["behind.png"]?.matches?.first?.part == "picture 2")
    #expect(lines["pages.tif"]?.matches?.first?.part == "picture 2")
    #expect(lines["thumbnail.jpg"]?.matches?.first?.part == "thumbnail")
    #expect(lines["icon.ico"]?.matches?.first?.part == nil)
    #expect(lines["profile.png"]?.matches?.first?.view == "as in a browser")
    // Found in no other way: by colours that only the AV1 stream names, and without moving the darkest to black.
    for name in ["unlabelled.avif", "negative.png"] {
      #expect(lines[name]?.matches?.first?.view == "as in a browser", "\(name)")
    }
    #expect(lines["motion.jpg"]?.trailing == "video/mp4")
    #expect(lines["motion.jpg"]?.hasLocation == true)
    #expect(lines["alpha.png"]?.trailing == nil && lines["alpha.png"]?.hasLocation == nil)
  }

  /// A video behind a picture is told, or keeps it from counting as scanned.
  @Test func whatLiesBehindMayNotBeLetPass() throws {
    _ = try hashscan.run("list", "create", "other")
    let list = TestFiles.fixtures.appending("blocklist.csv").string
    _ = try hashscan.run("import", list, "--list", "other")
    let picture = folder.appending("motion.jpg").string
    #expect(try hashscan.run("scan", picture).status == 0)
    let refused = try hashscan.run("scan", picture, "--trailing-data", "not-scanned")
    #expect(refused.status == 2)
    #expect(refused.output.contains("something else lies behind the picture (video/mp4)"))
  }

  /// Where a browser is installed, it is the judge.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/chromium")))
  func aBrowserShowsWhatIsFound() throws {
    let program = HashScanProcess.executable.path
    let run = try hashscan.runShell(
      "python3 Tests/as_seen \(program) Fixtures/as-seen --names --limit 0")
    #expect(run.status == 0, "\(run.output) \(run.errors)")
  }
}
