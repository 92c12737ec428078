public import SystemPackage

extension Blocklist {
  /// Imports a list: all of it in one transaction, or nothing.
  ///
  /// Importing the same file again changes nothing. Lines that cannot be read are passed over and
  /// told; they do not stop the others.
  ///
  /// - Parameters:
  ///   - file: The open list; read to its end, not closed.
  ///   - list: The list's name; made if there is none.
  ///   - kind: What the hashes are, where the file does not say.
  ///   - format: `nil` to look at the first line.
  ///   - now: Seconds since 1970, for new entries.
  ///   - onRejected: Called for each line that is refused, in order, but for hashes that an entry has no
  ///     room for, which are noticed later.
  ///   - onProgress: Called now and then with the lines read so far.
  /// - Throws: ``BlocklistError`` when the file cannot be read as a list, when all of its lines are
  ///   refused, or when the database failed; nothing was imported then.
  public func importList(
    _ file: FileDescriptor, into list: String, kind: HashKind? = nil, format: ListFormat? = nil,
    now: Int, onRejected: (RejectedLine) -> Void = { _ in },
    onProgress: (_ lines: Int) -> Void = { _ in }
  ) throws(BlocklistError) -> ImportReport {
    guard Self.isListName(list) else {
      throw BlocklistError(
        .invalidName, "\"\(list)\": a list's name is 1 to 64 letters, digits, \".\", \"_\", \"-\"")
    }
    var lines = ListLines(file)
    var parser = ListParser(kind: kind, format: format)
    // Read before writing begins, so that a slow pipe does not hold up other writers for nothing.
    var line = try lines.next()
    do {
      let writing = try WriteTransaction(environment)
      var writer = try ListWriter(list, of: self, now: now, in: writing)
      while let current = line {
        var parsed = ParsedLine.rejected("longer than \(ListLines.longestLine) bytes")
        if case .text(let bytes) = current { parsed = try parser.parse(bytes) }
        try writer.apply(parsed, number: lines.number, in: writing)
        writer.takeRejected().forEach(onRejected)
        if lines.number % 4096 == 0 { onProgress(lines.number) }
        line = try lines.next()
      }
      try writer.finish(in: writing)
      writer.takeRejected().forEach(onRejected)
      var report = writer.report
      report.format = parser.format
      guard report.rejected == 0 || report.hasEffect || report.alreadyThere > 0 else {
        throw BlocklistError(.nothingToImport, "none of its \(report.rejected) lines is a hash")
      }
      try writing.commit()
      return report
    } catch let error as StorageError {
      throw BlocklistError(error)
    } catch let error as BlocklistError {
      throw error
    } catch {
      throw BlocklistError(.storage, "\(error)")
    }
  }

  static func isListName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
