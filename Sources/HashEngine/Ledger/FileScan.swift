internal import Synchronization
public import SystemPackage

/// Examines files, and remembers in the ledger what came of it: a file that is as it was is not read again, and is asked
/// only of what the lists have gained. Verdicts come from the ``Moderator`` alone.
///
/// Safe to use from any thread.
public final class FileScan: Sendable {
  private let known: KnownContents
  private let isFresh: Bool
  private let leastAge: Int64
  private let keys = Mutex(UploadKeys())

  /// - Parameters:
  ///   - moderator: Gives the verdicts; must search `store`.
  ///   - store: The lists.
  ///   - ledger: What is remembered.
  ///   - isFresh: Whether to read every file, whatever the ledger has of it.
  /// - Throws: ``ListError`` `unknown-list`, `no-lists`, `storage`.
  public convenience init(
    _ moderator: Moderator, _ store: ListStore, _ ledger: Ledger, isFresh: Bool = false
  ) throws(ListError) {
    try self.init(moderator, store, ledger, isFresh: isFresh, leastAge: FileStamp.leastAge)
  }

  /// - Parameter leastAge: See ``FileStamp/isSettled(at:leastAge:)``.
  init(
    _ moderator: Moderator, _ store: ListStore, _ ledger: Ledger, isFresh: Bool, leastAge: Int64
  ) throws(ListError) {
    known = try KnownContents(moderator, store, ledger)
    self.isFresh = isFresh
    self.leastAge = leastAge
  }

  private var moderator: Moderator { known.moderator }

  /// What the ledger has of a file.
  public enum Recollection: Sendable {
    /// The verdict is known, and nothing needs to be done.
    case verdict(Examination)
    /// The file is as it was; the lists have to be asked.
    case content(KnownContent)
    /// The file has to be read.
    case nothing
  }

  /// Looks a file up in the ledger; touches no file.
  ///
  /// - Throws: ``ListError`` `no-lists`, `storage`.
  public func recall(_ file: WalkedFile) throws(ListError) -> Recollection {
    guard !isFresh, let stamp = file.stamp, let (key, _) = key(of: file.path) else {
      return .nothing
    }
    let found = known.reading { ledger throws(StorageError) -> KnownContent? in
      guard let upload = try ledger.upload(key), upload.isSettled, upload.stamp == stamp else {
        return nil
      }
      return try ledger.known(upload.content)
    }
    guard let found, try known.isUsable(found.content) else { return .nothing }
    return try known.verdict(found).map { .verdict($0) } ?? .content(found)
  }

  /// Examines a file: reads it if need be, and asks the lists if need be.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `no-lists`, `storage`.
  public func examine(
    _ file: WalkedFile, _ recollection: Recollection
  ) throws(ListError) -> Examination {
    switch recollection {
    case .verdict(let examination): return examination
    case .content(let found):
      if let examination = try known.ask(found) { return examination }
    case .nothing: break
    }
    let readAt = FileStamp.now
    let (bytes, stamp): ([UInt8], FileStamp)
    do throws(ImageError) {
      (bytes, stamp) = try PictureFile.readWhole(file, limits: moderator.policy.limits)
    } catch {
      return Examination(verdict: .notScanned(error), fingerprint: nil)
    }
    let sighting = key(of: file.path).map {
      UploadSighting(
        key: $0.key, folder: $0.folder, stamp: stamp, readAt: readAt,
        isSettled: stamp.isSettled(at: readAt, leastAge: leastAge))
    }
    return try examine(bytes, sighting)
  }

  /// The files with these bytes, as far as the ledger knows.
  ///
  /// - Parameter sha256: Their SHA-256.
  public func files(with sha256: [UInt8]) -> [FilePath] {
    let found = try? known.ledger.read { ledger throws(StorageError) -> [FilePath] in
      guard let number = try ledger.contentNumber(of: sha256) else { return [] }
      return try ledger.files(of: number)
    }
    return found ?? []
  }

  /// Forgets a file that is no longer there.
  public func forget(_ path: FilePath) {
    if let (key, _) = key(of: path) { known.forget(key) }
  }

  /// Writes what is still to be written.
  ///
  /// - Throws: ``StorageError`` when the ledger could not be read or written, now or before; what was examined since will be
  ///   examined again.
  public func finish() throws(StorageError) {
    try known.finish()
  }

  private func key(of path: FilePath) -> (key: UploadKey, folder: [UInt8])? {
    keys.withLock { $0.key(of: path) }
  }
}

// MARK: Reading

extension FileScan {
  private func examine(
    _ bytes: [UInt8], _ sighting: UploadSighting?
  ) throws(ListError) -> Examination {
    let digests = Digests.of(bytes.span, kinds: [.md5, .sha1, .sha256])
    if !isFresh, let sha256 = digests[.sha256],
      let examination = try known.examine(sha256, sighting)
    {
      return examination
    }
    let current = try known.states.current()
    let limits = moderator.policy.limitsFromNow
    var request = current.request
    while true {
      let picture = moderator.read(bytes.span, request, limits, digests: digests)
      let (examination, latest) = try moderator.examine(picture, until: limits.deadline)
      if let more = moderator.request(latest).beyond(request) {
        request = more
        continue
      }
      known.keep(examination, of: picture, request, sighting, current.state)
      return examination
    }
  }
}
