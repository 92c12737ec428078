internal import Crypto

/// A secret of one installation: under it, digests can be named in logs without being told.
public struct InstallationKey: Sendable {
  static let byteCount = 32

  private let key: SymmetricKey

  /// One for this process only.
  public init() { key = SymmetricKey(size: .bits256) }

  init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    key = SymmetricKey(data: bytes)
  }

  var bytes: [UInt8] { key.withUnsafeBytes { Array($0) } }

  /// A name for a digest, the same at every time: 32 hexadecimal digits of its HMAC-SHA-256.
  public func name(of digest: [UInt8]) -> String {
    let code = HMAC<SHA256>.authenticationCode(for: digest, using: key)
    return hexText(Array(code).prefix(16))
  }
}

extension Blocklist {
  private static let keys = "keys"
  private static let installation = Array("installation".utf8)

  /// The key of the installation that this database belongs to; made at the first time.
  ///
  /// - Throws: ``StorageError``.
  public func installationKey() throws(StorageError) -> InstallationKey {
    if let known = try knownKey() { return known }
    let writing = try WriteTransaction(environment)
    let table = try Table.make(Self.keys, in: writing)
    // Another process may have been faster.
    if let bytes = try table.value(for: Self.installation, in: writing, Self.copy),
      let known = InstallationKey(bytes: bytes)
    {
      return known
    }
    let new = InstallationKey()
    let (bytes, name) = (new.bytes, Self.installation)
    try table.put(bytes.span, for: name.span, in: writing)
    try writing.commit()
    return new
  }

  private func knownKey() throws(StorageError) -> InstallationKey? {
    let reading = try ReadTransaction(environment)
    guard let table = try Table.existing(Self.keys, in: reading) else { return nil }
    let bytes = try table.value(for: Self.installation, in: reading, Self.copy)
    return bytes.flatMap { InstallationKey(bytes: $0) }
  }

  private static func copy(_ value: RawSpan) -> [UInt8] { value.withUnsafeBytes { Array($0) } }
}
