internal import SystemPackage

/// The ledger as one transaction sees it.
struct LedgerTransaction<Base: Transaction & ~Copyable>: ~Copyable {
  let base: Base
  let tableIDs: LedgerTables

  init(_ base: consuming Base, _ tables: LedgerTables) {
    self.base = base
    tableIDs = tables
  }

  typealias OpenTable = Table<Base.Access>

  var uploads: OpenTable { @_lifetime(borrow self) borrowing get { base.table(tableIDs.uploads) } }
  var folders: OpenTable { @_lifetime(borrow self) borrowing get { base.table(tableIDs.folders) } }
  var contents: OpenTable {
    @_lifetime(borrow self) borrowing get { base.table(tableIDs.contents) }
  }
  var digests: OpenTable { @_lifetime(borrow self) borrowing get { base.table(tableIDs.digests) } }
  var places: OpenTable { @_lifetime(borrow self) borrowing get { base.table(tableIDs.places) } }
  var fingerprints: OpenTable {
    @_lifetime(borrow self) borrowing get { base.table(tableIDs.fingerprints) }
  }
  var matches: OpenTable { @_lifetime(borrow self) borrowing get { base.table(tableIDs.matches) } }
  var states: OpenTable { @_lifetime(borrow self) borrowing get { base.table(tableIDs.states) } }
  var counters: OpenTable {
    @_lifetime(borrow self) borrowing get { base.table(tableIDs.counters) }
  }
}

/// The ledger in one committed state.
typealias LedgerReader = LedgerTransaction<ReadTransaction>

/// The ledger while it is changed.
typealias LedgerWriting = LedgerTransaction<WriteTransaction>

extension LedgerTransaction where Base: ~Copyable {
  // What cannot be read counts as not there: the file is then read again, and the record written anew.

  func upload(_ key: UploadKey) throws(StorageError) -> LedgerUpload? {
    try uploads.value(for: key.bytes) { LedgerUpload($0) } ?? nil
  }

  func content(_ number: UInt64) throws(StorageError) -> LedgerContent? {
    try contents.value(for: number) { LedgerContent($0) } ?? nil
  }

  /// The number of the content with this SHA-256.
  func contentNumber(of sha256: [UInt8]) throws(StorageError) -> UInt64? {
    try digests.value(for: sha256) { EntryNumber.read($0) } ?? nil
  }

  func fingerprint(_ content: UInt64) throws(StorageError) -> Fingerprint? {
    try fingerprints.value(for: content) { Fingerprint(binary: $0) } ?? nil
  }

  /// The hashes of a content's fingerprint, without the rest.
  func hashes(_ content: UInt64) throws(StorageError) -> PackedHashes? {
    try fingerprints.value(for: content) { PackedHashes(of: $0) } ?? nil
  }

  func matches(_ content: UInt64) throws(StorageError) -> [KeptMatch] {
    try matches.value(for: content) { JSONText.decode([KeptMatch].self, $0) ?? [] } ?? []
  }

  func state(_ number: UInt64) throws(StorageError) -> ListsState? {
    try states.value(for: number) { JSONText.decode(ListsState.self, $0) } ?? nil
  }

  func counter(_ counter: LedgerCounter) throws(StorageError) -> UInt64 {
    try counters.value(for: counter.key) { EntryNumber.read($0) ?? 0 } ?? 0
  }

  /// The number of the latest state that a content is known to have been asked of.
  func stateAsked(_ content: LedgerContent) throws(StorageError) -> UInt64 {
    guard content.revision <= (try counter(.coveredRevision)) else { return content.asked }
    return max(content.asked, try counter(.coveredState))
  }

  /// The path of an upload; `nil` when its folder is not known.
  func path(_ key: UploadKey) throws(StorageError) -> FilePath? {
    try folders.value(for: key.folder) { path in
      FilePath(folder: path.withUnsafeBytes { Array($0) }, name: key.name)
    }
  }

  /// The uploads with some content, by key.
  func uploads(of content: UInt64) throws(StorageError) -> [UploadKey] {
    let prefix = EntryNumber.bytes(content)
    var keys: [UploadKey] = []
    try places.forEachPair(from: prefix) { key, _ in
      let bytes = key.withUnsafeBytes { Array($0) }
      guard bytes.starts(with: prefix) else { return false }
      if let key = UploadKey(bytes.dropFirst(prefix.count)) { keys.append(key) }
      return true
    }
    return keys
  }
}

extension LedgerTransaction where Base: ~Copyable {
  /// The paths of the files with some content.
  func files(of content: UInt64) throws(StorageError) -> [FilePath] {
    var paths: [FilePath] = []
    for key in try uploads(of: content) {
      if let path = try path(key) { paths.append(path) }
    }
    return paths
  }
}

extension LedgerTransaction where Base == WriteTransaction {
  consuming func commit() throws(StorageError) { try base.commit() }

  func set(_ counter: LedgerCounter, _ value: UInt64) throws(StorageError) {
    let (key, value) = (counter.key, EntryNumber.bytes(value))
    try counters.put(value.span, for: key.span)
  }

  /// Counts a time of writing contents.
  func nextRevision() throws(StorageError) -> UInt64 {
    let next = try counter(.revision) + 1
    try set(.revision, next)
    return next
  }

  /// Writes what is kept of some content; returns its number.
  func put(
    _ content: LedgerContent, fingerprint: [UInt8]?, matches kept: [KeptMatch]
  ) throws(StorageError) -> UInt64 {
    let sha256 = content.digests[.sha256] ?? []
    let known = try contentNumber(of: sha256)
    let last = try contents.lastKey() ?? 0
    let number = known ?? last + 1
    if known == nil {
      let value = EntryNumber.bytes(number)
      try digests.put(value.span, for: sha256.span)
    }
    if let fingerprint { try fingerprints.put(fingerprint.span, for: number) }
    try put(content, number, matches: kept)
    return number
  }

  /// Writes a content that has a number anew, and what it matched.
  func put(
    _ content: LedgerContent, _ number: UInt64, matches kept: [KeptMatch]
  ) throws(StorageError) {
    let bytes = content.bytes
    try contents.put(bytes.span, for: number)
    if kept.isEmpty {
      try matches.remove(number)
    } else {
      let text = try JSONText.encode(kept)
      try matches.put(text.span, for: number)
    }
  }

  /// Writes where some content lies.
  func put(
    _ upload: LedgerUpload, _ key: UploadKey, folder: [UInt8]
  ) throws(StorageError) {
    let bytes = key.bytes
    let before = try self.upload(key)
    if let before, before.content != upload.content {
      try places.remove((EntryNumber.bytes(before.content) + bytes).span)
    }
    let (value, place) = (upload.bytes, EntryNumber.bytes(upload.content) + bytes)
    try uploads.put(value.span, for: bytes.span)
    try places.put([UInt8]().span, for: place.span)
    if try folders.value(for: key.folder, { _ in true }) == nil {
      try folders.put(folder.span, for: key.folder.span)
    }
  }

  /// Forgets where some content lies.
  func remove(_ key: UploadKey) throws(StorageError) {
    let bytes = key.bytes
    guard let upload = try upload(key) else { return }
    try uploads.remove(bytes.span)
    try places.remove((EntryNumber.bytes(upload.content) + bytes).span)
  }

  /// The number of a state, which is written if it is new.
  func number(of state: ListsState) throws(StorageError) -> UInt64 {
    let last = try states.lastKey() ?? 0
    // Those of one scan come one after another, and processes take turns.
    for number in stride(from: last, to: last - min(last, 8), by: -1) {
      let other = try self.state(number)
      if other == state { return number }
    }
    let text = try JSONText.encode(state)
    try states.put(text.span, for: last + 1)
    return last + 1
  }
}
