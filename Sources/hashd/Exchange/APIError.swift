import HTTPTypes
import HashEngine

extension HTTPResponse.Status {
  /// 507: the disk is full.
  static let noRoom = HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
}

/// An answer that is no verdict: what was wrong, for programs and for people.
struct APIError: Error {
  let status: HTTPResponse.Status
  /// A stable name.
  let code: String
  /// A sentence for people.
  let message: String
  var headers = HTTPFields()

  init(_ status: HTTPResponse.Status, _ code: String, _ message: String) {
    self.status = status
    self.code = code
    self.message = message
  }

  /// Try again: there is more to do than can be done.
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

  /// A picture that was not scanned.
  init(_ error: ImageError) {
    let status: HTTPResponse.Status =
      switch error.code {
      case .empty: .badRequest
      case .notAnImage, .unsupported: .unsupportedMediaType
      case .noWorker: .serviceUnavailable
      case .overLimit, .timeLimit, .crashed, .truncated, .damaged, .notAFile, .unreadable:
        .unprocessableContent
      }
    self.init(status, error.code.rawValue, error.description)
    if status == .serviceUnavailable { headers[.retryAfter] = "1" }
  }

  /// A request about lists that could not be followed.
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
      case .kindNotStated, .categoriesNotStated, .formatNotStated, .nothingToImport, .unreadable:
        .unprocessableContent
      case .noListInForce: .serviceUnavailable
      case .storage: .internalServerError
      }
    self.init(status, error.code.rawValue, error.description)
    if status == .serviceUnavailable { headers[.retryAfter] = "1" }
  }

  /// The database failed.
  init(_ error: StorageError) {
    guard error.code != .full else {
      self = .noRoom
      return
    }
    self.init(.internalServerError, "storage-\(error.code.rawValue)", Self.storageMessage)
  }

  /// The disk is full: nothing was changed.
  static let noRoom = APIError(
    .noRoom, "no-room", "there is no room left on the disk; nothing was changed")

  /// What the database says of itself names places of this machine, which are no client's business.
  static let storageMessage = "the database failed; the daemon's log says how"
}
