import HTTPTypes
import HashEngine

extension HTTPResponse.Status {
  /// 507: the disk is full.
  static let noRoom = HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
}

/// An error answer: what went wrong, for programs and for people.
struct APIError: Error {
  let status: HTTPResponse.Status
  /// A stable name, for programs.
  let code: String
  /// A sentence for people.
  let message: String
  var headers = HTTPFields()

  init(_ status: HTTPResponse.Status, _ code: String, _ message: String) {
    self.status = status
    self.code = code
    self.message = message
  }

  /// 503 with `Retry-After`: the daemon has too much to do, and the client should try again.
  static func busy(_ code: String, _ message: String) -> APIError {
    var error = APIError(.serviceUnavailable, code, message)
    error.headers[.retryAfter] = "1"
    return error
  }

  static func tooLarge(_ limit: Int) -> APIError {
    APIError(.contentTooLarge, "too-large", "the body is larger than \(limit) bytes")
  }

  static func badRequest(_ message: String) -> APIError {
    APIError(.badRequest, "bad-request", message)
  }

  /// The error for a picture that was not scanned.
  init(_ error: ImageError) {
    let status: HTTPResponse.Status =
      switch error.code {
      case .empty: .badRequest
      case .notAnImage, .unsupported: .unsupportedMediaType
      case .noWorker: .serviceUnavailable
      case .overLimit, .timeLimit, .crashed, .truncated, .damaged, .notAFile, .unreadable,
        .trailingData:
        .unprocessableContent
      }
    let remedy =
      error.code == .overLimit
      ? " (the daemon's settings under \"limits\" say how much is allowed)" : ""
    self.init(status, error.code.rawValue, error.description + remedy)
    if status == .serviceUnavailable { headers[.retryAfter] = "1" }
  }

  /// The error for a request about lists that could not be carried out.
  init(_ error: ListError) {
    if let storage = error.storage {
      self.init(storage)
      return
    }
    let status: HTTPResponse.Status =
      switch error.code {
      case .unknownList, .unknownEntry: .notFound
      case .listExists, .nothingToUndo: .conflict
      case .invalidName, .invalidSetting: .badRequest
      case .kindNotStated, .categoriesNotStated, .formatNotStated, .nothingToImport, .unreadable,
        .damagedBackup:
        .unprocessableContent
      case .noListInForce: .serviceUnavailable
      case .storage: .internalServerError
      }
    self.init(status, error.code.rawValue, error.description + Self.remedy(for: error.code))
    if status == .serviceUnavailable { headers[.retryAfter] = "1" }
  }

  /// The parameter that would help.
  private static func remedy(for code: ListError.Code) -> String {
    switch code {
    case .kindNotStated: " (?kind=pdq, phash64, md5, sha1 or sha256)"
    case .categoriesNotStated: " (?category=1=LABEL&category=2=LABEL)"
    case .formatNotStated: " (?format=…)"
    default: ""
    }
  }

  /// The database failed.
  init(_ error: StorageError) {
    switch error.code {
    case .full: self = .noRoom
    case .replaced, .missing, .alreadyOpen:
      // It is opened anew with the next request, as soon as there is one.
      self = .busy(
        "storage-\(error.code.rawValue)", "the lists' database was removed or replaced; try again")
    case .notADatabase, .newerFormat, .olderFormat, .notPermitted, .damaged, .failed:
      self.init(.internalServerError, "storage-\(error.code.rawValue)", Self.storageMessage)
    }
  }

  /// The disk is full: nothing was changed.
  static let noRoom = APIError(
    .noRoom, "no-room", "there is no room left on the disk; nothing was changed")

  /// What clients see. The database's own message names paths of this machine, so it goes to the log only.
  static let storageMessage = "the database failed; the daemon's log says how"
}
