internal import Crypto
internal import SystemPackage

/// A list's bytes, piece by piece, and their digest.
struct ListSource {
  private static let pieceSize = 1 << 18

  /// Bytes read so far.
  private(set) var bytes = 0
  private let file: FileDescriptor
  private var hash = SHA256()

  /// - Parameter file: Open for reading; the caller closes it.
  init(_ file: FileDescriptor) { self.file = file }

  /// SHA-256 of what was read, in hexadecimal.
  var digest: String { hexText(Array(hash.finalize())) }

  /// The next piece, empty at the end.
  ///
  /// - Parameter least: The least number of bytes in the piece, unless the file ends before.
  mutating func next(atLeast least: Int = 1) throws(ListError) -> [UInt8] {
    var piece: [UInt8] = []
    while piece.count < least {
      let part: [UInt8]
      do {
        part = try [UInt8](unsafeUninitializedCapacity: Self.pieceSize) { bytes, count in
          count = try file.read(into: UnsafeMutableRawBufferPointer(bytes))
        }
      } catch {
        throw ListError(.unreadable, "\(error)")
      }
      if part.isEmpty { break }
      piece = piece.isEmpty ? part : piece + part
    }
    bytes += piece.count
    hash.update(data: piece)
    return piece
  }
}
