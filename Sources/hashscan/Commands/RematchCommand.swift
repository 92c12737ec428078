import ArgumentParser
import HashEngine

struct RematchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rematch",
    abstract: "Compare everything that was ever scanned with what is new on the lists.",
    discussion: """
      No file is read: the ledger has what is needed of each. Prints a line for each file that matches an entry it did \
      not match before, and for each that no longer matches one. Files about which the lists ask more than the ledger has \
      are counted; a scan reads them again. Exit status: 0 nothing new, 1 a new match, 2 an error, or files to be read \
      again, 130 interrupted.
      """)

  @OptionGroup var reporting: ReportingOptions
  @OptionGroup var acting: ActingOptions
  @OptionGroup var database: DatabaseOption

  func run() throws {
    try tellingErrors {
      let store = try database.open()
      Interruption.listen()
      var run = try RematchRun(
        store, database, as: reporting.format, try acting.actions(for: store),
        isQuiet: reporting.quiet, isLineBuffered: reporting.lineBuffered)
      try run.run().exit()
    }
  }
}
