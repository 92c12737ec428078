import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// Reads requests' bodies, each to its end, within limits.
struct BodyReading: Sendable {
  let ledger: BodyLedger

  /// Reads a body of at most `limit` bytes. The rest of a larger one is read and thrown away, up to
  /// ``maximumDiscarded(_:)``, so that the client sees the answer.
  ///
  /// - Throws: ``APIError``.
  func collect(
    _ request: Request, limit: Int, _ exchange: Exchange
  ) async throws(APIError) -> HeldBody {
    let declared = request.declaredLength
    // Grows as bytes arrive: a client that only announces a large body must not cost memory.
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
        // Kept without copying. A small chunk is copied, since it would keep its whole read buffer in memory.
        bytes = chunk
      } else {
        // Reserves room for the whole body at once, but at most 1 MiB.
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
  /// - Throws: ``APIError``. What `body` throws is thrown after the rest of the request's body was read.
  func forEachChunk(
    _ request: Request, limit: Int, _ exchange: Exchange,
    _ body: (ByteBuffer) throws(APIError) -> Void
  ) async throws(APIError) {
    let declared = request.declaredLength
    if let declared, declared > limit, exchange.expectsContinue {
      // The client waits for `100 Continue`: it has sent nothing yet, and need not.
      exchange.note { $0.body = .abandoned }
      throw .tooLarge(limit)
    }
    exchange.inviteBody()
    var count = 0
    var problem: APIError? = declared ?? 0 > limit ? .tooLarge(limit) : nil
    // A client that sends more than this is not waiting for an answer.
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
      // The first problem says more than the fact that the body then broke off.
      if let problem { throw problem }
      switch error {
      case .tooSlow: throw APIError(.requestTimeout, "body-timeout", "the body took too long")
      case .cut: throw .busy("busy", "the body came too slowly while others had no room")
      }
    } catch {
      throw .badRequest("the body broke off, or is not valid HTTP")
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

  /// How many bytes of a too large body are read and thrown away past the limit.
  static func maximumDiscarded(_ limit: Int) -> Int { max(1 << 30, 4 * limit) }
}

extension Request {
  /// The length that the header declares; `nil` when there is none, as for a body in chunks.
  fileprivate var declaredLength: Int? { headers[.contentLength].flatMap { Int($0) } }
}

/// A body that was read. Its share of the ledger is given back when this object is freed.
final class HeldBody: Sendable {
  let bytes: ByteBuffer
  private let share: BodyShare

  init(_ bytes: ByteBuffer, _ share: BodyShare) {
    self.bytes = bytes
    self.share = share
  }

  /// A part of it; all of it stays held.
  ///
  /// - Parameter range: Counted from its first byte, within it.
  func part(_ range: Range<Int>) -> HeldBody {
    let start = bytes.readerIndex + range.lowerBound
    return HeldBody(bytes.getSlice(at: start, length: range.count) ?? ByteBuffer(), share)
  }
}
