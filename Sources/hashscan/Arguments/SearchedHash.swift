import ArgumentParser
import HashEngine

/// A hash to search for, and the radius of the search.
struct SearchedHash: ParsableArguments {
  @Argument(help: "The hash, in hexadecimal.")
  var hash: String

  @Option(help: "pdq, phash64, md5, sha1 or sha256.")
  var kind = HashKind.pdq

  @Option(
    help: "Bits by which it may differ from a listed one. Default: each list's own.")
  var radius: Int?

  func validate() throws {
    guard ListedHash(kind: kind, text: hash) != nil else {
      throw ValidationError(
        "not a \(kind.rawValue) hash: \(2 * kind.byteCount) hexadecimal digits are needed")
    }
    guard radius.map({ (0...8 * kind.byteCount).contains($0) }) ?? true else {
      throw ValidationError("the radius is a number from 0 to \(8 * kind.byteCount)")
    }
  }

  /// The hash, and the radius if one was given; never `nil` after `validate`.
  var search: (hash: ListedHash, radius: Int?)? {
    ListedHash(kind: kind, text: hash).map { ($0, radius) }
  }
}
