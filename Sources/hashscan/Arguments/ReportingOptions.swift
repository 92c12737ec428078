import ArgumentParser

/// What is told of each file.
struct ReportingOptions: ParsableArguments {
  @Flag(help: "One JSON object a line for every file; the summary goes to standard error.")
  var json = false

  @Flag(
    help:
      "CSV, a line for every match and for every file without one; the summary goes to standard error."
  )
  var csv = false

  @Flag(
    name: [.customShort("q"), .long],
    help: "No summary and no progress: only matches, and what was not scanned.")
  var quiet = false

  @Flag(help: "Write each line at once, for programs that read along.")
  var lineBuffered = false

  @Option(
    help: ArgumentHelp(
      "Also write a page for people: what matched, why, on which days. One file, without pictures.",
      valueName: "file"))
  var report: PathArgument?

  @Flag(help: "Files that have no picture's signature are counted, and are no error.")
  var ignoreNotPictures = false

  func validate() throws {
    guard !json || !csv else { throw ValidationError("--json or --csv, not both") }
  }

  var format: ScanTable.Format { json ? .json : csv ? .csv : .text }
}
