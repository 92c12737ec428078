import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// Reads requests' bodies, each to its end, within limits.
struct BodyReading: Sendable {
  let ledger: BodyLedger

  /// A body of at most `limit` bytes. Of a larger one the rest is read and thrown away, as far as the
  /// connection's guard allows, so that the client sees the answer.
  ///
  /// - Throws: ``APIError``.
  func collect(
    _ request: Request, limit: Int, _ exchange: Exchange
  ) async throws(APIError) -> HeldBody {
    let declared = request.declaredLength
    // Grows with what comes: what a header announces is nobody's memory yet.
    var bytes = ByteBuffer()
    let pipeline = exchange.channel.pipeline
    let share = ledger.begin(await exchange.peer) {
      pipeline.fireErrorCaught(BodyError.cut)
    }
    try await forEachChunk(request, limit: limit, exchange) { chunk throws(APIError) in
      guard share.take(chunk.readableBytes) else {
        throw .busy("busy", "too many pictures are being received")
      }
      if bytes.readableBytes == 0, chunk.readableBytes >= min(declared ?? .max, 1 << 16) / 2 {
        // Most of what was read; of a small part the whole read would be kept.
        bytes = chunk
      } else {
        // Room for all of it at once, unless it is much.
        bytes.reserveCapacity(
          min(max(declared ?? 0, bytes.readableBytes + chunk.readableBytes), 1 << 20))
        bytes.writeImmutableBuffer(chunk)
      }
    }
    share.complete()
    return HeldBody(bytes, share)
  }

  /// Calls `body` with the chunks of a body.
  ///
  /// - Throws: ``APIError``, also what `body` throws, when the body was read on to its end.
  func forEachChunk(
    _ request: Request, limit: Int, _ exchange: Exchange,
    _ body: (ByteBuffer) throws(APIError) -> Void
  ) async throws(APIError) {
    let declared = request.declaredLength
    if let declared, declared > limit, exchange.expectsContinue {
      // It has sent nothing yet, and need not.
      exchange.note { $0.body = .abandoned }
      throw .tooLarge(limit)
    }
    exchange.inviteBody()
    var count = 0
    var problem: APIError? = declared ?? 0 > limit ? .tooLarge(limit) : nil
    // Beyond this it is no client that waits for an answer.
    let most = limit + BodyReading.maximumDiscarded(limit)
    exchange.note { $0.body = .abandoned }
    do {
      for try await chunk in request.body {
        count += chunk.readableBytes
        guard count <= most else { throw APIError.tooLarge(limit) }
        guard problem == nil else { continue }
        guard count <= limit else {
          problem = .tooLarge(limit)
          continue
        }
        do throws(APIError) { try body(chunk) } catch { problem = error }
      }
    } catch let error as APIError {
      throw error
    } catch let error as BodyError {
      // What was wrong with it is worth more than that it did not end.
      if let problem { throw problem }
      switch error {
      case .tooSlow: throw APIError(.requestTimeout, "body-timeout", "the body took too long")
      case .cut: throw .busy("busy", "the body came too slowly while others had no room")
      }
    } catch {
      throw .badRequest("the body broke off, or is no HTTP")
    }
    let received = count
    exchange.note {
      $0.body = .read
      $0.bytes = received
    }
    if let problem { throw problem }
    if let declared, received != declared {
      exchange.note { $0.body = .abandoned }
      throw .badRequest("the body ended after \(received) of \(declared) bytes")
    }
  }

  /// What is read of a body that is too large after it has become so.
  static func maximumDiscarded(_ limit: Int) -> Int { max(1 << 30, 4 * limit) }
}

extension Request {
  /// Bytes that the header announces; `nil` when they come in chunks.
  fileprivate var declaredLength: Int? { headers[.contentLength].flatMap { Int($0) } }
}

/// A body that was read, and its share of what may be held, which goes back with it.
final class HeldBody: Sendable {
  let bytes: ByteBuffer
  private let share: BodyShare

  init(_ bytes: ByteBuffer, _ share: BodyShare) {
    self.bytes = bytes
    self.share = share
  }
}
