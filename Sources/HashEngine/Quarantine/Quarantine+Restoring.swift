public import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

extension Quarantine {
  /// Puts a file back into all places that it was taken from, with the owner, permissions and time that it had there, or
  /// into another one. It leaves quarantine when it is in all of them.
  ///
  /// - Parameters:
  ///   - file: The file, as ``files()`` has it.
  ///   - other: The place, if it is not to be the old ones. A file that was taken from several stays in quarantine for them.
  /// - Returns: Where it is now, and whether it has left quarantine.
  /// - Throws: ``QuarantineError`` `changed` if the bytes are not those that were taken; `occupied`, `failed`. What was put
  ///   back already stays there, and the file stays in quarantine as well; the next time goes on from there.
  public func restore(
    _ file: QuarantinedFile, to other: FilePath? = nil
  ) throws(QuarantineError) -> (places: [FilePath], hasLeft: Bool) {
    try locked { () throws(QuarantineError) in
      guard let digest = Self.digest(ofFileAt: content(file.name)) else {
        throw QuarantineError(
          .unknown, "the bytes of \(file.name) are not there; purge removes what is left")
      }
      guard name(of: digest) == file.name else {
        throw QuarantineError(.changed, "\(file.name): its bytes are not those that were taken")
      }
      let current = self.file(named: file.name) ?? file
      var places: [(path: FilePath, place: QuarantinedFile.Place?)] = []
      if let other {
        places = [(other, current.places.last)]
      } else {
        for place in current.places where !places.contains(where: { $0.path == place.filePath }) {
          places.append((place.filePath, place))
        }
      }
      guard !places.isEmpty else {
        throw QuarantineError(
          .unknown, "nobody knows where \(file.name) was; --to names a place for it")
      }
      for (path, place) in places {
        // It may be there since an earlier attempt.
        if Self.digest(ofFileAt: path) == digest { continue }
        if other == nil { try Self.checkFolder(of: path) }
        try put(file, at: path, as: place, digest)
      }
      let hasLeft = other == nil || current.places.count <= 1
      if hasLeft { try remove(file.name) }
      return (places.map(\.path), hasLeft)
    }
  }

  /// Makes sure that a folder is the one that it was: a link in its place may lead anywhere.
  private static func checkFolder(of path: FilePath) throws(QuarantineError) {
    let folder = path.removingLastComponent()
    guard let real = folder.withPlatformString({ realpath($0, nil) }) else {
      throw QuarantineError(
        .failed, "\(path): its folder is not there any more; --to names another place")
    }
    defer { free(real) }
    guard FilePath(platformString: real) == folder else {
      throw QuarantineError(
        .failed, "\(path): its folder is reached by a link by now; --to names another place")
    }
  }

  /// Copies it to a place where nothing is.
  private func put(
    _ file: QuarantinedFile, at path: FilePath, as place: QuarantinedFile.Place?, _ digest: [UInt8]
  ) throws(QuarantineError) {
    let folder = path.removingLastComponent()
    do {
      let source = try FileDescriptor.open(
        content(file.name), .readOnly, options: [.closeOnExec, .noFollow])
      defer { try? source.close() }
      let new = try NewFile(in: folder.isEmpty ? "." : folder)
      try source.forEachPiece { _ = try new.file.writeAll($0) }
      guard Self.digest(of: new.file) == digest else {
        throw QuarantineError(.failed, "\(path): the copy is not the same")
      }
      if let place {
        if geteuid() == 0 { fchown(new.file.rawValue, place.uid, place.gid) }
        // Nothing that was uploaded runs as somebody else.
        fchmod(new.file.rawValue, place.mode & 0o777)
        Self.setTime(of: new.file, to: place.changed)
      }
      try new.name(path)
    } catch let error as QuarantineError {
      throw error
    } catch let error as StorageError {
      if FileIdentity(path) != nil {
        throw QuarantineError(
          .occupied, "\(path): there is a file already; --to names another place")
      }
      throw QuarantineError(.failed, "\(error)")
    } catch {
      throw QuarantineError(.failed, "\(path): \(error)")
    }
    Self.sync(folder.isEmpty ? "." : folder)
  }

  private static func setTime(of file: FileDescriptor, to nanoseconds: Int64?) {
    guard let nanoseconds else { return }
    let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    guard rest >= 0 else { return }
    let time = timespec(tv_sec: Int(seconds), tv_nsec: Int(rest))
    futimens(file.rawValue, [time, time])
  }
}
