public import SystemPackage

extension Ledger {
  /// Writes a copy of it into a new folder.
  ///
  /// - Throws: ``StorageError`` when something is at the path already, or there is no room.
  public func backUp(to folder: FilePath) throws(StorageError) {
    try database.environment.copy(to: folder)
  }

  /// Puts a backup in the place of a ledger, which is kept. The backup is checked first, and is not changed.
  ///
  /// - Parameters:
  ///   - backup: A folder that ``backUp(to:)`` made.
  ///   - folder: That of the ledger; made if there is none.
  ///   - now: The time, which names the folder with the ledger as it was.
  /// - Returns: The folder with the ledger as it was before; `nil` when there was none.
  /// - Throws: ``StorageError``, `damaged` for a backup that is not whole; nothing was changed then.
  @available(*, noasync)
  public static func restore(
    _ backup: FilePath, to folder: FilePath, at now: Timestamp = .now
  ) throws(StorageError) -> FilePath? {
    let staging = try Database.stage(backup, in: folder)
    do {
      let ledger = try Ledger(at: staging.path)
      if let problem = try ledger.problems().first {
        throw StorageError(
          .damaged, "\(backup): the backup is damaged (\(problem)); nothing was changed")
      }
    }
    let time = now.description.replacing(":", with: "")
    return try Database.swapIn(staging, in: folder, keepingAs: "before-restore-\(time)")
  }

  /// Whether there is a ledger at a path, or something in its place.
  public static func isThere(_ folder: FilePath) -> Bool {
    guard FileIdentity(folder) != nil else { return false }
    return FileIdentity(EnvironmentFiles.data(in: folder)) != nil
      || FileIdentity(folder.appending(".")) == nil
  }

  /// Makes sure that the file of a backup is as it was when it was made.
  ///
  /// - Throws: ``StorageError`` `damaged`.
  public static func check(backup: FilePath) throws(StorageError) {
    if let problem = try EnvironmentFiles.digestProblem(of: backup) {
      throw StorageError(.damaged, "\(backup): \(problem)")
    }
  }
}

// MARK: Verifying

extension Ledger {
  /// As many as help; a damaged ledger has thousands.
  private static let mostProblems = 20

  /// Reads all of it and checks its parts against each other.
  ///
  /// - Returns: What is wrong, a sentence each; empty when all is well.
  /// - Throws: ``StorageError``.
  /// - Complexity: Linear in its size.
  public func problems() throws(StorageError) -> [String] {
    var problems =
      try EnvironmentFiles.digestProblem(of: database.environment.folder).map { [$0] } ?? []
    problems += try read { ledger throws(StorageError) in
      try Self.uploadProblems(ledger) + Self.contentProblems(ledger)
    }
    return Array(problems.prefix(Self.mostProblems))
  }

  private static func uploadProblems(
    _ ledger: borrowing LedgerReader
  ) throws(StorageError) -> [String] {
    var uploads: [(key: UploadKey, content: UInt64)] = []
    var problems: [String] = []
    var next: [UInt8] = []
    // A thousand at a time, since a walk cannot look things up as it goes.
    repeat {
      uploads = []
      try ledger.uploads.forEachPair(from: next) { key, value in
        let bytes = key.withUnsafeBytes { Array($0) }
        next = bytes + [0]
        if let key = UploadKey(bytes), let upload = LedgerUpload(value) {
          uploads.append((key, upload.content))
        } else {
          problems.append("a file cannot be read")
        }
        return uploads.count < 1000 && problems.count < mostProblems
      }
      for (key, content) in uploads {
        let path = try ledger.path(key)
        if path == nil { problems.append("a file without its folder") }
        if try ledger.content(content) == nil { problems.append("a file without its content") }
        let place = EntryNumber.bytes(content) + key.bytes
        if try ledger.places.value(for: place, { _ in true }) == nil {
          problems.append("a file that its content does not know")
        }
      }
    } while !uploads.isEmpty && problems.count < mostProblems
    if problems.isEmpty {
      let (uploads, places) = (try ledger.uploads.count(), try ledger.places.count())
      if uploads != places { problems.append("\(uploads) files, and \(places) places of contents") }
    }
    return problems
  }

  private static func contentProblems(
    _ ledger: borrowing LedgerReader
  ) throws(StorageError) -> [String] {
    var problems: [String] = []
    let last = try ledger.contents.lastKey() ?? 0
    var number: UInt64 = 1
    while number <= last, problems.count < mostProblems {
      defer { number += 1 }
      guard try ledger.contents.bytes(for: number) != nil else { continue }
      guard let content = try ledger.content(number) else {
        problems.append("content \(number): cannot be read")
        continue
      }
      if try ledger.contentNumber(of: content.digests[.sha256] ?? []) != number {
        problems.append("content \(number): not found by its digest")
      }
      if content.hasFingerprint, content.version == Fingerprint.version,
        try ledger.fingerprint(number) == nil
      {
        problems.append("content \(number): its fingerprint cannot be read")
      }
    }
    return problems
  }
}
