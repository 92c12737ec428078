extension HammingIndex where Access == Writing {
  /// Adds hashes that are not there yet; returns how many were new.
  @discardableResult
  func insert(
    _ hashes: [Hash]
  ) throws(StorageError) -> Int {
    try insert(distinct: Array(Set(hashes)))
  }

  /// The same for hashes of which no two are equal.
  @discardableResult
  func insert(
    distinct hashes: [Hash]
  ) throws(StorageError) -> Int {
    guard let segment = try segment() else {
      return try live.insert(distinct: hashes)
    }
    var fresh: [Hash] = []
    var restored = 0
    for hash in hashes {
      if try !segment.contains(hash) {
        fresh.append(hash)
      } else if try removed.remove(hash.bytes.span) {
        restored += 1
      }
    }
    return try restored + live.insert(distinct: fresh)
  }

  /// Removes a hash; returns whether it was there.
  @discardableResult
  func remove(
    _ hash: Hash
  ) throws(StorageError) -> Bool {
    if try live.remove(hash) { return true }
    guard let segment = try segment(), try segment.contains(hash),
      try !isRemoved(hash)
    else { return false }
    try markRemoved(hash)
    return true
  }

  func markRemoved(_ hash: Hash) throws(StorageError) {
    let (key, nothing) = (hash.bytes, [UInt8]())
    try removed.put(nothing.span, for: key.span)
  }
}
