import HashEngine

/// The counts of a scan.
struct ScanSummary: CustomStringConvertible {
  private(set) var files = 0
  /// Files by their action: block, review or allow.
  private(set) var matched = 0
  private(set) var forReview = 0
  private(set) var allowed = 0
  private(set) var notScanned = 0
  private(set) var lackingDetail = 0
  /// Files that are no pictures, where those are no error.
  private(set) var ignored = 0
  /// How many files were not scanned for which reason.
  private var reasons: [String: Int] = [:]
  private let ignoresOtherFiles: Bool
  private let start = ContinuousClock.now

  /// - Parameter ignoresOtherFiles: Whether files without a picture's signature are only counted.
  init(ignoresOtherFiles: Bool) { self.ignoresOtherFiles = ignoresOtherFiles }

  /// Whether a file is only counted.
  func isIgnored(_ examination: Examination) -> Bool {
    guard ignoresOtherFiles, case .notScanned(let reason) = examination.verdict else {
      return false
    }
    return reason.code == .notAnImage
  }

  mutating func add(_ examination: Examination) {
    files += 1
    switch examination.verdict {
    case .match:
      switch examination.action {
      case .block: matched += 1
      case .review: forReview += 1
      case .allow, nil: allowed += 1
      }
    case .notScanned(let reason):
      guard !isIgnored(examination) else {
        ignored += 1
        return
      }
      notScanned += 1
      reasons[reason.code.rawValue, default: 0] += 1
    case .noMatch: if examination.lacksDetail { lackingDetail += 1 }
    }
  }

  /// The counts, for a page.
  var numbers: [ReportedNumber] {
    let clean = files - matched - forReview - allowed - notScanned - ignored
    return [
      ("files", files), ("matched", matched), ("for review", forReview), ("allowed", allowed),
      ("without a match", clean), ("too flat to compare", lackingDetail),
      ("not scanned", notScanned), ("no picture", ignored),
    ].filter { $0.1 > 0 || ["files", "matched", "not scanned"].contains($0.0) }.map {
      ReportedNumber(name: $0.0, number: $0.1)
    }
  }

  /// How many files were not scanned for which reason, the most frequent first.
  var reasonCounts: [ReportedNumber] {
    reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
      ReportedNumber(name: $0.key, number: $0.value)
    }
  }

  var description: String {
    let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
    let flat = lackingDetail > 0 ? " (\(lackingDetail) of them too flat to compare)" : ""
    let review = forReview > 0 ? " \(forReview) for review," : ""
    let excused = allowed > 0 ? " \(allowed) allowed," : ""
    let others = ignored > 0 ? ", \(ignored) no picture" : ""
    var text = """
      Scanned \(Amount(files, "file")) in \(milliseconds / 1000).\(milliseconds % 1000 / 100) s: \
      \(matched) matched,\(review)\(excused) \
      \(files - matched - forReview - allowed - notScanned - ignored) did not\(flat)\(others), \
      \(notScanned) not scanned.
      """
    if notScanned > 0 {
      let counted = reasonCounts.map { "\($0.number) \($0.name)" }
      text += " Not scanned: " + counted.joined(separator: ", ") + "."
    }
    return text
  }
}
