import ArgumentParser
import HashEngine
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

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

  /// The file at a path, if it is a regular one that is taken.
  func file(at path: FilePath) -> WalkedFile? {
    var status = stat()
    guard path.withPlatformString({ followLinks ? stat($0, &status) : lstat($0, &status) }) == 0,
      let stamp = FileStamp(status),
      NameFilter(included: include, excluded: exclude).takes(path, isFolder: false)
    else { return nil }
    return WalkedFile(path, stamp, followsLink: followLinks)
  }

  /// The files of these paths that are taken.
  func walk(
    _ paths: some Sequence<FilePath>, avoiding avoided: FilePath? = nil,
    onEntering: @escaping (FilePath) -> Void = { _ in }
  ) -> DirectoryWalk {
    DirectoryWalk(
      paths, followsLinks: followLinks, filter: NameFilter(included: include, excluded: exclude),
      avoiding: avoided, onEntering: onEntering)
  }
}
