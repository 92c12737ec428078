import HashEngine
import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A page that shows people what a scan has found: one file, which loads nothing. It has no pictures.
final class ScanReport {
  private let path: FilePath
  private var files: [ReportedFile] = []

  /// So many files are shown at most: a browser has to hold them.
  private static let most = 50_000

  /// - Throws: ``Failure`` when nothing can be written there, before there is anything to write.
  init(at path: FilePath) throws(Failure) {
    self.path = path
    let folder = path.removingLastComponent()
    guard (folder.isEmpty ? "." : folder).withPlatformString({ access($0, W_OK) }) == 0 else {
      throw Failure("\(ShownPath(path)): cannot be written: \(Errno(rawValue: errno))")
    }
  }

  /// Takes a file; only those that match are kept.
  func add(_ path: FilePath, _ examination: Examination, quarantinedAs name: String?) {
    guard case .match(let matches) = examination.verdict, files.count < Self.most else { return }
    files.append(ReportedFile(path, examination, matches, quarantinedAs: name))
  }

  /// Writes the page, complete or not at all.
  ///
  /// - Parameter lists: Those that were asked.
  /// - Throws: ``Failure``.
  func write(_ summary: ScanSummary, _ lists: [ListVersion]) throws(Failure) {
    let content = Content(
      generated: "\(Timestamp.now)", program: "hashscan \(Version.text)", numbers: summary.numbers,
      reasons: summary.reasonCounts,
      lists: lists.map { ReportedList(name: $0.name, serial: $0.serial) },
      files: files)
    // In a page, a text must not look like the end of the script that holds it.
    let data = JSONLine.render(content).replacing("<", with: "\\u003c")
    let nonce = String(UInt64.random(in: 0 ... .max), radix: 36)
    let page = String(decoding: PackageResources.report_html, as: UTF8.self)
      .replacing("NONCE", with: nonce).replacing("DATA", with: data, maxReplacements: 1)
    let temporary = FilePath("\(path.string).\(getpid())")
    do {
      let file = try FileDescriptor.open(
        temporary, .writeOnly, options: [.create, .truncate, .closeOnExec],
        permissions: .ownerReadWrite)
      try file.closeAfter { _ = try file.writeAll(page.utf8) }
    } catch {
      _ = temporary.withPlatformString { unlink($0) }
      throw Failure("\(ShownPath(path)): cannot be written: \(error)")
    }
    let result = temporary.withPlatformString { old in
      path.withPlatformString { renameat(AT_FDCWD, old, AT_FDCWD, $0) }
    }
    guard result == 0 else {
      throw Failure("\(ShownPath(path)): cannot be written: \(Errno(rawValue: errno))")
    }
  }
}

/// What the page's script reads.
private struct Content: Encodable {
  let generated: String
  let program: String
  let numbers: [ReportedNumber]
  let reasons: [ReportedNumber]
  let lists: [ReportedList]
  let files: [ReportedFile]
}

/// A number with its name, as a pair.
struct ReportedNumber: Encodable {
  let name: String
  let number: Int

  func encode(to encoder: any Encoder) throws {
    var pair = encoder.unkeyedContainer()
    try pair.encode(name)
    try pair.encode(number)
  }
}

private struct ReportedList: Encodable {
  let name: String
  let serial: Int
}

private struct ReportedFile: Encodable {
  let path: String
  let action: ListMeaning
  let width: Int
  let height: Int
  /// The day on which it was last changed, as in 2026-11-27.
  let day: String?
  let quarantined: String?
  let matches: [ReportedMatch]

  init(
    _ path: FilePath, _ examination: Examination, _ matches: [Match], quarantinedAs name: String?
  ) {
    self.path = ShownPath(path).description
    action = examination.action ?? .allow
    width = examination.facts?.width ?? 0
    height = examination.facts?.height ?? 0
    var status = stat()
    let isThere = path.withPlatformString { lstat($0, &status) } == 0
    day = isThere ? String("\(Timestamp(seconds: Int(status.st_mtim.tv_sec)))".prefix(10)) : nil
    quarantined = name
    self.matches = matches.map { ReportedMatch($0) }
  }
}

private struct ReportedMatch: Encodable {
  let list: String
  let entry: String
  let label: String?
  let action: ListMeaning
  let kind: HashKind
  let distance: Int
  let radius: Int
  let view: String?
  /// The part of the picture that matched, by its corners in shares of the whole; `nil` for the whole.
  let part: [[Double]]?
  /// The part of the listed picture: left, top, right, bottom.
  let crop: [Double]?

  init(_ match: Match) {
    list = match.list
    entry = ShownText(match.entry).description
    label = match.label.map { ShownText($0).description }
    action = match.isExcused ? .allow : match.meaning
    kind = match.kind
    distance = match.distance
    radius = match.radius
    view = match.kind.isDigest ? nil : match.view.description
    part = match.kind.isDigest ? nil : Self.part(match.view)
    crop = match.crop.map { [$0.left, $0.top, $0.right, $0.bottom] }
  }

  private static func part(_ view: View) -> [[Double]]? {
    if let corners = view.corners { return corners.points.map { [$0.x, $0.y] } }
    let region = view.region
    guard region != .whole else { return nil }
    return [
      [region.left, region.top], [region.right, region.top], [region.right, region.bottom],
      [region.left, region.bottom],
    ]
  }
}
