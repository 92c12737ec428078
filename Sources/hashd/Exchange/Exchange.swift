import HTTPTypes
import HashEngine
import Hummingbird
import Logging
import NIOCore
import NIOHTTPTypes
import Synchronization

/// One request and its answer, as far as the log and the connection care.
final class Exchange: Sendable {
  /// How far the request's body was read.
  enum Body { case untouched, read, abandoned }

  /// What the log tells.
  struct Notes {
    var endpoint: String?
    var body = Body.untouched
    var bytes = 0
    var errorCode: String?
    var verdict: String?
    var action: ListMeaning?
    var lists: [String] = []
    var entries: [String] = []
    var distance: Int?
    /// Who has changed a list.
    var user: UInt32?
    var uploader: String?
    var reference: String?
    var waited: Duration?
    var decoding: Duration?
    var lookup: Duration?
  }

  let id = RequestID.next()
  let start = ContinuousClock.now
  let channel: any Channel
  /// Whether the client is known to the system.
  let isUnix: Bool
  /// Whether the client waits with the body until it is told that it is wanted.
  let expectsContinue: Bool
  private let knownPeer: Peer?
  private let notes = Mutex(Notes())

  /// - Parameter peer: Who is at the other end, where the channel is no socket that the system could be asked about.
  init(channel: any Channel, isUnix: Bool, expectsContinue: Bool, peer: Peer? = nil) {
    knownPeer = peer
    self.channel = channel
    self.isUnix = isUnix
    self.expectsContinue = expectsContinue
  }

  /// Who asks.
  var peer: Peer {
    get async {
      if let knownPeer { return knownPeer }
      // The future cannot fail.
      return (try? await Peer.of(channel, isUnix: isUnix).get()) ?? .address("")
    }
  }

  func note(_ change: (inout sending Notes) -> Void) { notes.withLock { change(&$0) } }

  var noted: Notes { notes.withLock { $0 } }

  /// Asks a client for the body that it holds back.
  func inviteBody() {
    guard expectsContinue else { return }
    channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)), promise: nil)
  }
}

/// What handlers get besides the request.
struct APIContext: RequestContext {
  struct Source: RequestContextSource {
    let logger: Logger
    let exchange: Exchange
  }

  var coreContext: CoreRequestContextStorage
  let exchange: Exchange

  init(source: Source) {
    coreContext = CoreRequestContextStorage(source: source)
    exchange = source.exchange
  }
}
