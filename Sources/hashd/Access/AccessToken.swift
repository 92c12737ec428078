import Crypto

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A client that is known by a secret. Only the secret's digest is kept: whoever reads the file cannot ask in its name.
struct AccessToken: Sendable {
  /// 1 to 64 letters, digits, `.`, `_` and `-`.
  let name: String
  let rights: Set<Right>
  private let digest: [UInt8]

  /// Makes a token with a new secret.
  ///
  /// - Returns: `nil` for a name with other characters.
  static func make(named name: String, rights: Set<Right>) -> (token: AccessToken, secret: String)?
  {
    guard isName(name) else { return nil }
    let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
    // Without characters that have a meaning in a path.
    let secret = "hashd_" + Self.hex(Array(bytes))
    return (AccessToken(name: name, rights: rights, digest: Self.digest(of: secret)), secret)
  }

  private init(name: String, rights: Set<Right>, digest: [UInt8]) {
    (self.name, self.rights, self.digest) = (name, rights, digest)
  }

  /// A line of the file: `NAME RIGHTS DIGEST`; `nil` when it is none.
  init?(line: Substring) {
    let parts = line.split(separator: " ")
    guard parts.count == 3, Self.isName(String(parts[0])),
      let rights = Right.all(in: String(parts[1])),
      parts[2].utf8.count == 64
    else { return nil }
    var digest: [UInt8] = []
    var rest = parts[2]
    while !rest.isEmpty {
      guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
      digest.append(byte)
      rest = rest.dropFirst(2)
    }
    self.init(name: String(parts[0]), rights: rights, digest: digest)
  }

  var line: String {
    "\(name) \(Right.text(of: rights)) " + Self.hex(digest)
  }

  /// The SHA-256 of a secret. A secret has 256 random bits, so that a slow digest would protect nothing more.
  static func digest(of secret: String) -> [UInt8] { Array(SHA256.hash(data: Data(secret.utf8))) }

  /// Whether it has this digest, in a time that does not depend on where they differ.
  func has(_ other: [UInt8]) -> Bool {
    guard digest.count == other.count else { return false }
    return zip(digest, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  private static func isName(_ name: String) -> Bool {
    name.wholeMatch(of: /[A-Za-z0-9._-]{1,64}/) != nil
  }
}
