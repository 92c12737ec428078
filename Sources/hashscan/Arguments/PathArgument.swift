import ArgumentParser
import SystemPackage

/// The path of a file or folder on the command line, whatever bytes it has.
struct PathArgument: ExpressibleByArgument {
  let path: FilePath

  init(argument: String) {
    let name = RawArguments.bytes(of: argument).map { CChar(bitPattern: $0) } + [0]
    path = FilePath(platformString: name)
  }

  init(_ path: FilePath) { self.path = path }

  /// Whether it stands for standard input.
  var isStandardInput: Bool { path == "-" }

  /// Shells complete the names of files.
  static var defaultCompletionKind: CompletionKind { .file() }
}
