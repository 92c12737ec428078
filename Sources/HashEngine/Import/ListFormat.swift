/// The formats that lists come in.
public enum ListFormat: String, Sendable, Hashable, CaseIterable, Codable {
  /// A hash a line, with what the source says of it behind a comma or blank; `#` comments.
  case text
  /// Columns named in the first line.
  case csv
  /// JSON Lines, `hashscan-list/1`: what `hashscan export` writes.
  case jsonl
  /// NCMEC Hash Sharing v2, XML.
  case ncmec
  /// StopNCII, JSON.
  case stopncii
  /// Meta ThreatExchange, JSON.
  case threatexchange
  /// Tech Against Terrorism, JSON.
  case tat
  /// Project VIC and CAID, VICS 1.2, 1.3 and 2.0, JSON.
  case vics
  /// Interpol's ICSE, CSV.
  case icse
  /// MISP events, JSON.
  case misp
  /// STIX 2.1 bundles, JSON.
  case stix
  /// ClamAV's `.hdb`, `.hsb` and `.ldb` with `fuzzy_img`.
  case clamav
}

/// How to read a list, where its file does not say so itself.
public struct ImportOptions: Sendable, Hashable {
  /// What the file is called in the receipt.
  public var source: String?
  /// `nil` to look at the content.
  public var format: ListFormat?
  /// What the hashes are, where the file does not say.
  public var kind: HashKind?
  /// How hashes of 64 bits are written; `nil` to look at the content.
  public var spelling: HashSpelling?
  /// For CSV: which field a column is, by the column's name.
  public var columns: [String: String] = [:]
  /// For CSV: what separates fields; `nil` to look at the first line.
  public var delimiter: Character?
  /// The label for each of the source's categories; records of other categories are left out. `nil` to
  /// take all, with the source's own categories for labels.
  public var categories: [String: String]?
  /// Whether entries that the file does not have are withdrawn.
  public var replaces = false
  /// Whether to do everything but keep it.
  public var isDryRun = false

  /// The rest as it is unless said otherwise.
  public init(source: String? = nil, kind: HashKind? = nil, format: ListFormat? = nil) {
    self.source = source
    self.kind = kind
    self.format = format
  }
}

/// How a hash of 64 bits is written; what other kinds are is always hexadecimal, or base64.
public enum HashSpelling: String, Sendable, Hashable, CaseIterable {
  /// With or without leading zeros, `0x` or a letter and colon before it.
  case hex
  /// With or without a sign.
  case decimal
  /// The eight bytes in base64.
  case base64
}
