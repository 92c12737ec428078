extension Schema {
  /// The lists' tables.
  ///
  /// - Format 2 was the first in use; its list records may lack the review radius and the effort, and its
  ///   databases may lack the table of keys.
  /// - Format 3 names its tenant, has the installation's key from the start, and complete list records.
  static let lists = Schema(
    tenant: "lists", format: 3,
    make: { transaction throws(StorageError) in
      let tables = try ListTables(make: transaction)
      try InstallationKey.make(in: transaction.table(tables.keys))
    },
    migrations: [
      2: { transaction throws(StorageError) in
        let tables = try ListTables(make: transaction)
        try InstallationKey.make(in: transaction.table(tables.keys))
        try completeRecords(of: transaction.table(tables.lists))
      }
    ])

  /// Writes each list's record anew, with all that format 3 has.
  private static func completeRecords(of lists: Table<Writing>) throws(StorageError) {
    var records: [(key: [UInt8], record: ListRecord?)] = []
    try lists.forEachPair { key, value in
      records.append((key.withUnsafeBytes { Array($0) }, ListRecord(format2: value)))
      return true
    }
    for (key, record) in records {
      guard let record else {
        throw StorageError(.damaged, "\(lists.path): the database is damaged (a list)")
      }
      let bytes = record.bytes
      try lists.put(bytes.span, for: key.span)
    }
  }
}
