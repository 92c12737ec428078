import CLinux
import HTTPTypes
import HashEngine
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The folder whose files clients may have scanned by path. Nothing outside it can be reached: the kernel
/// resolves the path below the folder, and refuses every symbolic link.
final class PathRoot: Sendable {
  private let folder: FileDescriptor

  /// - Throws: ``StartError`` when the folder cannot be opened.
  init(_ path: FilePath) throws(StartError) {
    do {
      folder = try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
    } catch {
      throw StartError("path_root: \(path): \(error)")
    }
  }

  deinit { try? folder.close() }

  /// All bytes of a regular file.
  ///
  /// - Parameter path: Relative to the folder.
  /// - Throws: ``APIError``.
  func read(_ path: String, limits: DecodingLimits) throws(APIError) -> [UInt8] {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw .badRequest("path: empty, or with a zero byte")
    }
    let descriptor = clinux_open_beneath(folder.rawValue, path)
    guard descriptor >= 0 else { throw Self.refusal(errno) }
    let file = FileDescriptor(rawValue: descriptor)
    defer { try? file.close() }
    do {
      return try PictureFile.read(file, limits: limits)
    } catch {
      throw APIError(error)
    }
  }

  private static func refusal(_ code: CInt) -> APIError {
    switch code {
    case EXDEV, ELOOP:
      APIError(.forbidden, "outside-root", "the path leads out of the folder, or through a link")
    case ENOENT, ENOTDIR, ENAMETOOLONG:
      APIError(.notFound, "not-found", "there is no such file")
    case EACCES, EPERM:
      APIError(.forbidden, "unreadable", "the daemon may not read that file")
    case ENXIO:
      // A socket, or a pipe without a writer.
      APIError(ImageError(.notAFile, "not a regular file"))
    case ENOSYS:
      APIError(.notImplemented, "paths-unsupported", "scanning by path needs Linux 5.6 or newer")
    default:
      APIError(.unprocessableContent, "unreadable", String(cString: strerror(code)))
    }
  }
}
