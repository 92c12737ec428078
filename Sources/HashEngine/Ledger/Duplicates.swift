public import SystemPackage

/// Files that show the same picture, as far as their hashes tell.
public struct DuplicateCluster: Sendable {
  /// One of the files.
  public struct Member: Sendable, Hashable {
    /// Where it is.
    public let path: FilePath
    /// How many bits its hash differs from that of the first; `nil` where it has none that could be compared.
    public let distance: Int?
    /// A number for its bytes; files with the same bytes have the same.
    public let content: UInt64
  }

  /// At least two, in the order in which their contents came to the ledger.
  public let members: [Member]

  /// How many distinct contents they have.
  public var contents: Int { Set(members.map(\.content)).count }
}

extension Ledger {
  /// The radius within which pictures count as the same, unless another is given.
  public static let duplicateRadius = 31

  /// The files of the ledger that show the same picture as others: with the same bytes, or with PDQ hashes within a radius
  /// of that of the first of them. Files that are gone are left out. Pictures too flat to compare, and regular patterns, count only with their bytes.
  ///
  /// - Parameters:
  ///   - folders: Only files below one of these, all if there is none.
  ///   - radius: How many bits may differ, 0 to 47.
  /// - Returns: The clusters, the largest first; no file is in two.
  /// - Throws: ``StorageError``.
  /// - Complexity: The clusters, times the pictures of which a sixteenth of the hash is nearly the same.
  public func duplicates(
    in folders: [FilePath] = [], radius: Int = duplicateRadius
  ) throws(StorageError) -> [DuplicateCluster] {
    var found: [DuplicateCluster] = []
    for pictures in Self.alike(try pictures(in: folders), radius: radius)
    where pictures.reduce(0, { $0 + $1.files }) > 1 {
      let cluster = try cluster(pictures, in: folders)
      if cluster.members.count > 1 { found.append(cluster) }
    }
    return found.sorted {
      ($1.members.count, $0.members[0].content) < ($0.members.count, $1.members[0].content)
    }
  }

  /// Puts pictures together that are near the first of them that is near no earlier one.
  private static func alike(_ pictures: [Picture], radius: Int) -> [[Picture]] {
    var sharing: [PDQHash: [Int]] = [:]
    for (place, picture) in pictures.enumerated() {
      if let hash = picture.hash { sharing[hash, default: []].append(place) }
    }
    let hashes = Array(sharing.keys)
    let nearby = NearbyHashes(hashes, radius: radius)
    var isTaken = [Bool](repeating: false, count: pictures.count)
    var clusters: [[Picture]] = []
    for (place, picture) in pictures.enumerated() where !isTaken[place] {
      isTaken[place] = true
      var others: [Int] = []
      if let hash = picture.hash {
        nearby.visit(near: hash) { near in
          for other in sharing[hashes[near]] ?? [] where !isTaken[other] {
            isTaken[other] = true
            others.append(other)
          }
          return true
        }
      }
      clusters.append([picture] + others.sorted().map { pictures[$0] })
    }
    return clusters
  }

  private struct Picture {
    let content: UInt64
    let hash: PDQHash?
    let files: Int
  }

  /// The contents that lie in some folders.
  private func pictures(in folders: [FilePath]) throws(StorageError) -> [Picture] {
    try read { ledger throws(StorageError) in
      var pictures: [Picture] = []
      let last = try ledger.contents.lastKey() ?? 0
      guard last > 0 else { return [] }
      for number in 1...last {
        guard try ledger.content(number) != nil else { continue }
        let files =
          folders.isEmpty
          ? try ledger.uploads(of: number).count
          : try ledger.files(of: number).count { $0.isBelow(folders) }
        guard files > 0 else { continue }
        pictures.append(
          Picture(
            content: number, hash: try ledger.fingerprint(number)?.seenHash, files: files))
      }
      return pictures
    }
  }

  private func cluster(
    _ pictures: [Picture], in folders: [FilePath]
  ) throws(StorageError) -> DuplicateCluster {
    try read { ledger throws(StorageError) in
      var members: [DuplicateCluster.Member] = []
      for picture in pictures {
        let distance = picture.hash.flatMap { hash in
          pictures.first?.hash.map { $0.distance(to: hash) }
        }
        for path in try ledger.files(of: picture.content)
        where (folders.isEmpty || path.isBelow(folders)) && FileIdentity(path) != nil {
          members.append(
            DuplicateCluster.Member(path: path, distance: distance, content: picture.content))
        }
      }
      return DuplicateCluster(members: members)
    }
  }
}

extension FilePath {
  fileprivate func isBelow(_ folders: [FilePath]) -> Bool {
    folders.contains { starts(with: $0) }
  }
}

extension Fingerprint {
  /// PDQ of the picture as people see it; `nil` if it says too little to compare strangers by it.
  fileprivate var seenHash: PDQHash? {
    let first = frames.filter { $0.part == .main && $0.number == 1 }
    guard let frame = first.first(where: { $0.backdrop == .white }) ?? first.first,
      let pdq = frame.pdq, pdq.isListable, !CommonPictures.contain(pdq.shown)
    else { return nil }
    return pdq.shown
  }
}
