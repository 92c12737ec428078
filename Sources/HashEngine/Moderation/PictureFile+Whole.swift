internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

extension PictureFile {
  /// A file that keeps changing is given up after so many attempts.
  private static let attempts = 3

  /// All bytes of a file, as they were at one time, and its stamp then.
  ///
  /// - Throws: ``ImageError`` as ``read(_:limits:)``; also `unreadable` for a file that does not come to rest, and
  ///   `notAFile` for one that has become a link since it was found.
  static func readWhole(
    _ file: WalkedFile, limits: DecodingLimits
  ) throws(ImageError) -> ([UInt8], FileStamp) {
    let descriptor: FileDescriptor
    do {
      // What was no link when it was found does not lead elsewhere now.
      let follows = file.followsLink || file.stamp == nil
      descriptor = try FileDescriptor.open(
        file.path, .readOnly,
        options: follows ? [.nonBlocking, .closeOnExec] : [.nonBlocking, .closeOnExec, .noFollow])
    } catch {
      if error as? Errno == .tooManySymbolicLinkLevels, !file.followsLink {
        throw ImageError(.notAFile, "a symbolic link by now")
      }
      throw ImageError(.unreadable, "unreadable: \(error)")
    }
    defer { try? descriptor.close() }
    for attempt in 0..<attempts {
      if attempt > 0 { _ = try? descriptor.seek(offset: 0, from: .start) }
      let before = FileStamp(ofDescriptor: descriptor.rawValue)
      let bytes = try read(descriptor, limits: limits)
      if let before, before == FileStamp(ofDescriptor: descriptor.rawValue),
        bytes.count == before.size
      {
        return (bytes, before)
      }
    }
    throw ImageError(.unreadable, "unreadable: it changes while it is read")
  }
}
