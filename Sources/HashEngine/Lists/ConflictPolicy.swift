/// What to do with a record whose id is that of an entirely different picture.
public enum ConflictPolicy: String, Sendable, Hashable, CaseIterable {
  /// Both stay listed, the new one under an id derived from its hash.
  case keepBoth = "keep-both"
  /// The new one takes the place of the old one, as a source's correction does.
  case replace
  /// The record is refused.
  case refuse
}
