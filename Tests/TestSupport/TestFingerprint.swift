public import PictureHashing
public import SystemPackage

/// The fingerprint of a file, which must decode.
public func fingerprint(
  of path: FilePath, kinds: Set<HashKind> = [.pdq]
) throws -> Fingerprint {
  let bytes = try TestFiles.bytes(of: path)
  return try Fingerprint(of: bytes.span, kinds: kinds)
}
