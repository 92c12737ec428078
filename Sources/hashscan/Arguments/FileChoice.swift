import ArgumentParser
import SystemPackage

/// Which of the files in folders are taken.
struct FileChoice: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only files whose name fits, as '*.jpg'; with a slash, whose path fits. May be repeated.",
      valueName: "pattern"))
  var include: [String] = []

  @Option(
    help: ArgumentHelp(
      "Leave out files, and folders with all below them, whose name or path fits. May be repeated.",
      valueName: "pattern"))
  var exclude: [String] = []

  @Flag(help: "Follow symbolic links inside folders.")
  var followLinks = false

  /// The files of these paths that are taken.
  func walk(
    _ paths: some Sequence<FilePath>, onEntering: @escaping (FilePath) -> Void = { _ in }
  ) -> DirectoryWalk {
    DirectoryWalk(
      paths, followsLinks: followLinks, filter: NameFilter(included: include, excluded: exclude),
      onEntering: onEntering)
  }
}
