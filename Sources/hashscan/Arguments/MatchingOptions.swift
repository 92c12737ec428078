import ArgumentParser
import HashEngine

/// What counts as a match, and how pictures are decoded.
struct MatchingOptions: ParsableArguments {
  @Option(
    help:
      "Bits by which a PDQ hash may differ from a listed one, 0 to 256. Default: each list's own.")
  var radius: Int?

  @Option(
    help:
      "In how many views a picture is compared: exact, standard or thorough. Default: each list's own."
  )
  var effort: Effort?

  @Option(help: "Search only this list. May be repeated.")
  var list: [String] = []

  @Option(
    help:
      "What becomes of a picture with something else behind it, as a video or an archive: told, or not-scanned."
  )
  var trailingData = MatchPolicy.TrailingData.told

  @Option(
    help: ArgumentHelp("Files scanned at once. Default: one for each core.", valueName: "count"))
  var jobs: Int?

  @OptionGroup var decoding: DecodingOptions

  func validate() throws {
    guard radius.map({ (0...PDQHash.bitCount).contains($0) }) ?? true else {
      throw ValidationError("the radius is a number from 0 to \(PDQHash.bitCount)")
    }
    guard jobs.map({ (1...1024).contains($0) }) ?? true else {
      throw ValidationError("jobs is a number from 1 to 1024")
    }
  }

  /// How many files are scanned at once.
  var jobCount: Int { jobs ?? ParallelScan.standardJobs }

  /// A moderator for these lists; warns of what is wrong with them.
  ///
  /// - Parameter includesSHA256: See ``MatchPolicy/includesSHA256``.
  /// - Throws: ``Failure``, ``ListError``.
  func moderator(for store: ListStore, includesSHA256: Bool = false) throws -> Moderator {
    var policy = MatchPolicy(
      pdqRadius: radius, effort: effort, lists: list.isEmpty ? nil : Set(list),
      timeLimit: decoding.time, trailingData: trailingData)
    policy.includesSHA256 = includesSHA256
    let moderator = Moderator(
      store, policy: policy, fingerprinter: try decoding.fingerprinter(jobCount))
    for searched in try moderator.checkLists() {
      guard let concern = searched.concern(isNamed: list.contains(searched.name)) else { continue }
      Terminal.warn("warning: \(concern)")
    }
    return moderator
  }
}
