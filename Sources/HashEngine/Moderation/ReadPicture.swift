/// What a picture is hashed for: the kinds of hash that lists have, and the highest effort among them.
struct ReadingRequest: Sendable, Hashable {
  var kinds: Set<HashKind>
  var effort: Effort

  /// Both requests in one, if this one asks for anything that the other does not; else `nil`.
  func beyond(_ other: ReadingRequest) -> ReadingRequest? {
    guard !kinds.isSubset(of: other.kinds) || effort > other.effort else { return nil }
    return ReadingRequest(kinds: kinds.union(other.kinds), effort: max(effort, other.effort))
  }
}

/// What was read of a picture's file: all that a verdict needs.
struct ReadPicture: Sendable {
  /// `nil` when nothing could be decoded.
  var fingerprint: Fingerprint?
  var digests: [HashKind: [UInt8]]
  /// Why nothing could be decoded.
  var problem: ImageError?
  /// How long decoding took.
  var time = Duration.zero
}

extension Moderator {
  /// What a picture is to be hashed for now.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `storage`.
  func request() throws(ListError) -> ReadingRequest {
    request(try lists.requirements(of: policy.lists))
  }

  /// What a picture is to be hashed for where the lists have such needs.
  func request(_ needed: ListRequirements) -> ReadingRequest {
    ReadingRequest(
      // Quality is reported of every picture, whatever the lists have.
      kinds: (policy.kinds ?? needed.kinds.union([.pdq])).union(
        policy.includesSHA256 ? [.sha256] : []),
      effort: needed.kinds.contains(.pdq) ? policy.effort ?? needed.effort : .exact)
  }

  /// Decodes and hashes a picture.
  ///
  /// - Parameter digests: Those of its bytes, where they are known; else those that the request names are computed.
  func read(
    _ bytes: Span<UInt8>, _ request: ReadingRequest, _ limits: DecodingLimits,
    digests: [HashKind: [UInt8]]? = nil
  ) -> ReadPicture {
    let start = ContinuousClock.now
    let kinds = digests == nil ? request.kinds : request.kinds.filter { !$0.isDigest }
    do throws(ImageError) {
      var fingerprint = try fingerprinter.fingerprint(
        of: bytes, FingerprintRequest(kinds: kinds, views: .upTo(request.effort), limits: limits))
      if let digests { fingerprint.digests = digests }
      return ReadPicture(
        fingerprint: fingerprint, digests: fingerprint.digests, time: .now - start)
    } catch {
      // A file that cannot be decoded may still match by its digest.
      return ReadPicture(
        digests: digests ?? Digests.of(bytes, kinds: kinds), problem: error, time: .now - start)
    }
  }
}
