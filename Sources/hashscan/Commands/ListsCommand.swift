import ArgumentParser
import HashEngine

struct ListsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lists",
    abstract: "Show the lists: entries, whether each is in force, its age and its source.",
    discussion: "Says so on standard error when no list is in force: then no picture can match.")

  @Flag(help: "One JSON object a line.")
  var json = false

  @OptionGroup var database: DatabaseOption

  func run() throws {
    try tellingErrors {
      let store = try database.open()
      var states: [String: ListVersion] = [:]
      for state in try Moderator(store).searchedLists() { states[state.name] = state }
      for list in try store.lists() {
        let state = states[list.name]
        Output.print(
          json ? JSONLine.render(ListReport(list, state)) : ListText(list, state).description)
      }
      guard !states.values.contains(where: \.canMatch) else { return }
      Terminal.warn(
        states.isEmpty
          ? "WARNING: there is no list in \(ShownPath(try database.folder())): no picture can match"
          : "WARNING: no list is in force: no picture can match")
    }
  }
}
