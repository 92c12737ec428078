import ArgumentParser
import HashEngine

struct ListsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lists", abstract: "Show the lists and how many entries each has.")

  @Flag(help: "One JSON object a line.")
  var json = false

  @OptionGroup var database: DatabaseOption

  func run() throws {
    try reporting {
      for list in try database.open().lists() {
        print(json ? JSONLine.render(ListReport(list)) : ListText(list).description)
      }
    }
  }
}
