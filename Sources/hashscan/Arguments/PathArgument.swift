import ArgumentParser
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The path of a file or folder on the command line, whatever bytes it has.
struct PathArgument: ExpressibleByArgument {
  let path: FilePath

  init(argument: String) {
    let name = RawArguments.bytes(of: argument).map { CChar(bitPattern: $0) } + [0]
    path = FilePath(platformString: name)
  }

  init(_ path: FilePath) { self.path = path }

  /// The path from the root on, without links, `.` and `..`.
  ///
  /// - Throws: ``Failure`` when there is nothing at it.
  func resolved() throws(Failure) -> FilePath {
    guard let resolved = path.withPlatformString({ realpath($0, nil) }) else {
      throw Failure("\(ShownPath(path)): \(Errno(rawValue: errno))")
    }
    defer { free(resolved) }
    return FilePath(platformString: resolved)
  }

  /// Whether it stands for standard input.
  var isStandardInput: Bool { path == "-" }

  /// Shells complete the names of files.
  static var defaultCompletionKind: CompletionKind { .file() }
}
