internal import Crypto

/// A secret of one installation. With it, logs can refer to a digest by a name that does not reveal the
/// digest.
public struct InstallationKey: Sendable {
  static let byteCount = 32

  private let key: SymmetricKey

  /// A random key for this process only.
  public init() { key = SymmetricKey(size: .bits256) }

  init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    key = SymmetricKey(data: bytes)
  }

  var bytes: [UInt8] { key.withUnsafeBytes { Array($0) } }

  /// A name for a digest, always the same: the first 32 hexadecimal digits of its HMAC-SHA-256.
  public func name(of digest: [UInt8]) -> String {
    let code = HMAC<SHA256>.authenticationCode(for: digest, using: key)
    return hexText(Array(code).prefix(16))
  }

  private static let name = Array("installation".utf8)

  /// The key stored in the table of keys; `nil` when there is none.
  static func read(from keys: Table<some TransactionAccess>) throws(StorageError) -> Self? {
    let bytes = try keys.value(for: name) { value in value.withUnsafeBytes { Array($0) } }
    return bytes.flatMap { InstallationKey(bytes: $0) }
  }

  /// Makes and stores a key, unless the table has one already.
  static func make(in keys: Table<Writing>) throws(StorageError) {
    guard try read(from: keys) == nil else { return }
    let bytes = InstallationKey().bytes
    try keys.put(bytes.span, for: name.span)
  }
}

extension ListStore {
  /// The key of the installation that this database belongs to.
  ///
  /// - Throws: ``ListError`` `storage`.
  public func installationKey() throws(ListError) -> InstallationKey {
    try read("reading the installation's key") { lists in
      guard let key = try InstallationKey.read(from: lists.keys) else {
        throw lists.damaged("the installation's key")
      }
      return key
    }
  }
}
