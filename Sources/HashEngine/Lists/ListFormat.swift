/// The formats that lists come in.
public enum ListFormat: String, Sendable, Hashable, CaseIterable, Codable {
  /// One hash a line, optionally with an id after a comma or blank; `#` starts a comment.
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
  /// MISP events and attributes, JSON.
  case misp
  /// MISP's attributes, CSV.
  case mispCSV = "misp-csv"
  /// STIX 2.1 bundles, JSON.
  case stix
  /// ClamAV's `.hdb`, `.hsb` and `.ldb` with `fuzzy_img`.
  case clamav

  /// How the first line of ``jsonl`` names the format and its version.
  static let jsonLinesVersion = "hashscan-list/1"
}
