public import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Reads a picture from a regular file, and refuses anything else.
public enum PictureFile {
  /// All bytes of a regular file.
  ///
  /// Opened without blocking, so that a pipe in an upload folder cannot hold the scan up.
  ///
  /// - Throws: ``ImageError`` `unreadable`, `notAFile`, or `overLimit` before anything is read.
  public static func read(
    _ path: FilePath, limits: DecodingLimits = DecodingLimits()
  ) throws(ImageError) -> [UInt8] {
    let file: FileDescriptor
    do {
      file = try FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec])
    } catch {
      throw unreadable(error)
    }
    defer { try? file.close() }
    return try read(file, limits: limits)
  }

  /// All bytes of an open regular file; it is not closed.
  ///
  /// - Throws: as ``read(_:limits:)``.
  public static func read(
    _ file: FileDescriptor, limits: DecodingLimits = DecodingLimits()
  ) throws(ImageError) -> [UInt8] {
    var status = stat()
    guard fstat(file.rawValue, &status) == 0 else {
      throw unreadable(Errno(rawValue: errno))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "not a regular file"
      throw ImageError(.notAFile, kind)
    }
    let size = Int(status.st_size)
    guard size <= limits.bytes else {
      throw ImageError(.overLimit, "too large: \(size) bytes, the limit is \(limits.bytes)")
    }
    do {
      return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        while count < size {
          // Within the buffer: `count` never passes `size`, its capacity.
          let rest = UnsafeMutableRawBufferPointer(buffer)[count...]
          let read = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: rest))
          if read == 0 { break }
          count += read
        }
      }
    } catch {
      throw unreadable(error)
    }
  }

  private static func unreadable(_ error: any Error) -> ImageError {
    ImageError(.unreadable, "unreadable: \(error)")
  }
}
