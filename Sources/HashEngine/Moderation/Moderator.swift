public import SystemPackage

/// What counts as a match.
public struct MatchPolicy: Sendable, Hashable {
  /// Bits by which a PDQ hash may differ from a listed one. 31 is the reference's choice: unrelated
  /// pictures lie at about 128.
  public var pdqRadius: Int
  public var limits: DecodingLimits

  public init(pdqRadius: Int = 31, limits: DecodingLimits = DecodingLimits()) {
    self.pdqRadius = pdqRadius
    self.limits = limits
  }
}

/// Answers whether a picture is on a list. Safe to use from any thread.
public struct Moderator: Sendable {
  private let blocklist: Blocklist
  public let policy: MatchPolicy

  public init(blocklist: Blocklist, policy: MatchPolicy = MatchPolicy()) {
    self.blocklist = blocklist
    self.policy = policy
  }

  /// Reads and examines a file. Whatever is wrong with it is the answer, not an error.
  ///
  /// - Throws: ``StorageError`` when the lists cannot be read.
  public func examine(_ file: FilePath) throws(StorageError) -> Examination {
    let bytes: [UInt8]
    do {
      bytes = try PictureFile.read(file, limits: policy.limits)
    } catch {
      return Examination(verdict: .notScanned(error), fingerprint: nil)
    }
    return try examine(bytes.span)
  }

  /// Examines a picture's bytes.
  ///
  /// - Throws: ``StorageError`` when the lists cannot be read.
  public func examine(_ bytes: Span<UInt8>) throws(StorageError) -> Examination {
    let fingerprint: Fingerprint
    do {
      fingerprint = try Fingerprint(of: bytes, limits: policy.limits)
    } catch {
      return Examination(verdict: .notScanned(error), fingerprint: nil)
    }
    return Examination(verdict: try verdict(on: fingerprint), fingerprint: fingerprint)
  }

  private func verdict(on fingerprint: Fingerprint) throws(StorageError) -> Verdict {
    if fingerprint.pdq.isUsable {
      let matches = try blocklist.matches(for: fingerprint.pdq.hash, radius: policy.pdqRadius)
      // A match of what came of a damaged picture counts; that nothing was found in it does not.
      if !matches.isEmpty { return .match(matches) }
    }
    if case .partial(let reason) = fingerprint.completeness { return .notScanned(reason) }
    return .noMatch
  }
}
