public import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

extension Quarantine {
  /// Puts a file back into all places that it was taken from, with the owner and permissions that it had there, or into
  /// another one. It leaves quarantine when it is in all of them.
  ///
  /// - Parameter other: The place, if it is not to be the old ones.
  /// - Returns: Where it is now.
  /// - Throws: ``QuarantineError`` `changed` if the bytes are not those that were taken; `occupied`, `failed`. What was put
  ///   back already stays there, and the file stays in quarantine as well.
  public func restore(
    _ file: QuarantinedFile, to other: FilePath? = nil
  ) throws(QuarantineError) -> [FilePath] {
    guard let digest = Self.digest(ofFileAt: content(file.name)) else {
      throw QuarantineError(
        .unknown, "the bytes of \(file.name) are not there; purge removes what is left")
    }
    guard name(of: digest) == file.name else {
      throw QuarantineError(.changed, "\(file.name): its bytes are not those that were taken")
    }
    var places: [(path: FilePath, place: QuarantinedFile.Place)] = []
    if let other {
      if let last = file.places.last { places = [(other, last)] }
    } else {
      for place in file.places where !places.contains(where: { $0.path == place.filePath }) {
        places.append((place.filePath, place))
      }
    }
    for (path, place) in places { try put(file, at: path, as: place, digest) }
    try remove(file.name)
    return places.map(\.path)
  }

  /// Copies it to a place where nothing is.
  private func put(
    _ file: QuarantinedFile, at path: FilePath, as place: QuarantinedFile.Place, _ digest: [UInt8]
  ) throws(QuarantineError) {
    let folder = path.removingLastComponent()
    do {
      let source = try FileDescriptor.open(
        content(file.name), .readOnly, options: [.closeOnExec, .noFollow])
      defer { try? source.close() }
      let new = try NewFile(in: folder.isEmpty ? "." : folder)
      try Self.forEachPiece(of: source) { try new.file.writeAll($0) }
      guard Self.digest(of: new.file) == digest else {
        throw QuarantineError(.failed, "\(path): the copy is not the same")
      }
      if geteuid() == 0 { fchown(new.file.rawValue, place.uid, place.gid) }
      // Nothing that was uploaded runs as somebody else.
      fchmod(new.file.rawValue, place.mode & 0o777)
      try new.name(path)
    } catch let error as QuarantineError {
      throw error
    } catch let error as StorageError {
      if FileIdentity(path) != nil {
        throw QuarantineError(.occupied, "\(path): there is a file already; --to names another place")
      }
      throw QuarantineError(.failed, "\(error)")
    } catch {
      throw QuarantineError(.failed, "\(path): \(error)")
    }
    Self.sync(folder.isEmpty ? "." : folder)
  }
}
