/// The name of a column, an algorithm or a field, as people write it: `MD5 Hash`, `sha-256`, `pdqHash`, `HASH_PDQ`.
struct ColumnName {
  /// Its words in lower case.
  private let words: [String]

  init(_ text: some StringProtocol) {
    // What stands in parentheses explains: "Deleted (Y/N)"; but "hash (MD5)" says which.
    let open = text.firstIndex(of: "(") ?? text.endIndex
    let note = text[open...].lowercased()
    let isExplained = ["y/n", "j/n", "current", "0/1", "1/0", "yes/no", "true/false", "utc"]
      .contains {
        note.contains($0)
      }
    let text = isExplained ? text[..<open] : text[...]
    var words: [String] = []
    var word = ""
    var previous: Character?
    for character in text {
      let isWord = character.isLetter || character.isNumber
      // `pdqHash` is two words, `MD5` and `PDQHash` begin new ones only where small letters end.
      if !isWord || character.isUppercase && previous?.isLowercase ?? false {
        if !word.isEmpty { words.append(word) }
        word = ""
      }
      if isWord { word += character.lowercased() }
      previous = character
    }
    if !word.isEmpty { words.append(word) }
    // ThreatExchange's download puts the word for descriptor before each name.
    if words.count > 1, words.first == "td" { words.removeFirst() }
    self.words = words
  }

  /// In one piece: `md5hash`.
  var joined: String { words.joined() }

  /// Words that say only that something is a hash, or of what.
  private static let fillers: Set<String> = [
    "hash", "hashes", "value", "digest", "checksum", "sum", "hex", "base64", "file", "image",
    "picture", "photo", "media", "of", "the", "content", "contents", "raw", "string", "perceptual",
    "exact", "fingerprint",
  ]

  /// Without the words that say only that something is a hash, or of what.
  private var core: String {
    var core = words.filter { !Self.fillers.contains($0) }.joined()
    for filler in ["hash", "value", "digest", "sum"]
    where core.count > filler.count && core.hasSuffix(filler) {
      core.removeLast(filler.count)
    }
    return core
  }

  /// The kind of hash that it names.
  var kind: HashKind? {
    if ["phash", "phash64", "dctphash", "phashhash"].contains(joined) { return .phash64 }
    return switch core {
    case "pdq", "pdq256", "pdqhex", "pdqb64": .pdq
    case "md5": .md5
    case "sha1", "sha160": .sha1
    case "sha256", "sha2256", "sha2": .sha256
    case "phash64", "phash", "dctphash": .phash64
    default: nil
    }
  }

  private static let unsupported: Set<String> = [
    "photodna", "pdna", "netclean", "sha512", "sha384", "sha224", "sha3256", "sha3512", "crc32",
    "ssdeep", "tlsh", "vpdq", "tmk", "tmkpdqf", "ahash", "dhash", "whash", "blockhash", "imphash",
    "videomd5", "ed2k", "md4", "ripemd160", "sdhash", "videntifier", "colorhash", "f1",
    "hashpdqocr",
    "pdqocr", "authentihash", "vhash", "telfhash", "impfuzzy", "pehash", "cdhash",
  ]

  /// The name of a kind of hash that is known and not supported.
  var unsupportedKind: String? {
    let (core, joined) = (core, joined)
    if Self.unsupported.contains(core) { return core == "pdna" ? "photodna" : core }
    return Self.unsupported.contains(joined) ? joined : nil
  }

  /// Whether it is what a source calls a thing that is no hash of a picture, or one that is not supported.
  var isOtherSignal: Bool {
    unsupportedKind != nil
      || [
        "url", "urlmd5", "hashurlmd5", "rawtext", "text", "trendquery", "videosha256", "uri",
        "domain",
        "videomd5",
      ].contains(joined)
  }

  private static let columns: [CSVHeader.Column: Set<String>] = [
    .hash: [
      "hash", "hashes", "hashvalue", "hashdigest", "value", "signal", "signalvalue", "signalstr",
      "digest",
      "checksum", "indicator", "rawindicator", "filehash", "imagehash", "fingerprint", "hashstring",
      "hexhash", "contenthash", "mediahash", "perceptualhash", "hashhex", "indicatorvalue",
    ],
    .kind: [
      "kind", "type", "algorithm", "algo", "hashtype", "signaltype", "hashalgorithm", "hashkind",
      "indicatortype", "hashname",
    ],
    .id: [
      "id", "entryid", "sourceid", "uuid", "guid", "recordid", "hashid", "indicatorid", "uid",
      "identifier", "descriptorid", "firstdescriptorid",
    ],
    .name: [
      "name", "filename", "file", "path", "filepath", "title", "fullpath", "imagename",
      "originalname",
    ],
    .label: [
      "label", "labels", "category", "classification", "class", "tag", "tags", "threattype",
      "categorie", "kategorie", "labelname",
    ],
    .severity: ["severity", "grade"],
    .quality: ["quality", "pdqquality", "hashquality", "qualityscore"],
    .confidence: ["confidence", "confidencescore"],
    .note: [
      "note", "notes", "comment", "comments", "description", "remark", "remarks", "reason",
      "bemerkung", "kommentar", "commentaire", "info",
    ],
    .timestamp: [
      "timestamp", "updated", "updatedon", "updatedat", "lastupdated", "modified", "modifiedat",
      "lastmodified", "dateupdated", "ts",
    ],
    .expires: [
      "expires", "validuntil", "expiry", "expiration", "expirationdate", "expiresat", "expireson",
      "expirydate", "expiretime", "validto", "expiredon",
      "notafter", "validthrough", "gültigbis", "gueltigbis", "ablaufdatum", "dateexpiration",
    ],
    .caseID: ["case", "caseid", "casenumber", "caseno", "ticket", "aktenzeichen"],
    .deleted: [
      "deleted", "withdrawn", "isdeleted", "removed", "revoked", "deletedat", "withdrawnat",
      "removedat", "revokedat", "shoulddelete", "deletedon", "withdrawnon", "removedon",
      "isremoved",
      "iswithdrawn", "isrevoked", "tombstone", "delete", "delflag", "deletedflag", "retracted",
      "retractedat", "delisted", "delistedat", "deactivated", "deactivatedat", "obsolete",
      "superseded",
      "removaldate", "dateremoved", "datedeleted", "deletiondate", "gelöscht", "geloescht",
      "zurückgezogen", "entfernt", "supprimé", "supprime", "retiré", "verwijderd", "eliminado",
      "borrado", "eliminato", "excluído", "usunięty", "удалено", "削除", "删除",
    ],
    .active: [
      "active", "isactive", "enabled", "isenabled", "toids", "malicious", "ismalicious", "inforce",
      "valid", "isvalid", "aktiv", "actif", "actief", "activo", "ativo", "attivo", "有効",
    ],
    .inactive: [
      "benign", "isbenign", "falsepositive", "isfalsepositive", "whitelisted", "allowlisted",
      "inactive", "harmless", "safe", "knowngood", "expired", "isexpired",
    ],
    .disabled: ["disabled", "isdisabled"],
    .status: [
      "status", "verdict", "state", "disposition", "opinion", "hashstatus",
      "entrystatus", "recordstatus", "currentstatus", "statusname", "statustext", "judgement",
      "judgment",
      "decision", "action", "op", "operation", "change", "changetype", "zustand", "statut", "état",
      "estado", "stato", "状態", "状态",
    ],
  ]

  private static let byName: [String: CSVHeader.Column] = {
    var byName: [String: CSVHeader.Column] = [:]
    for (column, names) in columns { for name in names { byName[name] = column } }
    return byName
  }()

  /// What a column of that name holds.
  var column: CSVHeader.Column? { Self.byName[joined] }
}

extension HashKind {
  /// The kind that a source calls so, in whatever spelling.
  init?(sourceName: some StringProtocol) {
    guard let kind = HashKind(named: String(sourceName)) ?? ColumnName(sourceName).kind else {
      return nil
    }
    self = kind
  }
}
