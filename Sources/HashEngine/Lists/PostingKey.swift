extension ListedHash {
  /// The key of its postings.
  var postingKey: [UInt8] {
    var record = RecordWriter(capacity: 33)
    writePostingKey(to: &record)
    return record.bytes
  }

  /// The kind's code and the hash's bytes.
  func writePostingKey(to record: inout RecordWriter) {
    record.append(kind.code)
    switch kind.byteCount {
    case 8:
      record.append(words.0)
    case 16:
      record.append(words.0)
      record.append(words.1)
    case 20:
      record.append(words.0)
      record.append(words.1)
      record.append(UInt32(truncatingIfNeeded: words.2 >> 32))
    default:
      record.append(words.0)
      record.append(words.1)
      record.append(words.2)
      record.append(words.3)
    }
  }
}
