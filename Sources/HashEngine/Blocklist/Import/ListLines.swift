internal import SystemPackage

/// The lines of a list, read in pieces: memory does not depend on the file's size.
struct ListLines {
  /// A longer line belongs to no list.
  static let longestLine = 1 << 16

  enum Line {
    case text([UInt8])
    /// Skipped to its end.
    case tooLong
  }

  /// Lines given out so far, which is the number of the last one.
  private(set) var number = 0

  private let file: FileDescriptor
  private var buffer: [UInt8] = []
  private var position = 0
  private var isAtEnd = false

  /// - Parameter file: Open for reading; stays the caller's to close.
  init(_ file: FileDescriptor) { self.file = file }

  /// The next line without its end (LF or CRLF) and, the first, without a byte order mark.
  mutating func next() throws(BlocklistError) -> Line? {
    var line: [UInt8] = []
    var isTooLong = false
    while true {
      if position == buffer.count {
        try fill()
        if buffer.isEmpty {
          guard !line.isEmpty || isTooLong else { return nil }
          break
        }
      }
      let rest = buffer[position...]
      let end = rest.firstIndex(of: UInt8(ascii: "\n"))
      let part = rest[..<(end ?? rest.endIndex)]
      if line.count + part.count > Self.longestLine { isTooLong = true }
      if !isTooLong { line.append(contentsOf: part) }
      position = end.map { $0 + 1 } ?? rest.endIndex
      if end != nil { break }
    }
    number += 1
    if isTooLong { return .tooLong }
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    if number == 1 {
      if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
      if line.starts(with: [0xFF, 0xFE]) || line.starts(with: [0xFE, 0xFF]) {
        throw BlocklistError(.unreadable, "UTF-16 text; save it as UTF-8")
      }
      if line.contains(0) { throw BlocklistError(.unreadable, "not a text file") }
    }
    return .text(line)
  }

  private mutating func fill() throws(BlocklistError) {
    position = 0
    buffer = []
    guard !isAtEnd else { return }
    do {
      buffer = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { bytes, count in
        count = try file.read(into: UnsafeMutableRawBufferPointer(bytes))
      }
    } catch {
      throw BlocklistError(.unreadable, "\(error)")
    }
    isAtEnd = buffer.isEmpty
  }
}
