extension HashKind {
  /// The byte that stands for the kind in the database; never reused.
  var code: UInt8 {
    switch self {
    case .pdq: 1
    case .phash64: 2
    case .md5: 3
    case .sha1: 4
    case .sha256: 5
    }
  }

  init?(code: UInt8) {
    switch code {
    case 1: self = .pdq
    case 2: self = .phash64
    case 3: self = .md5
    case 4: self = .sha1
    case 5: self = .sha256
    default: return nil
    }
  }
}

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
