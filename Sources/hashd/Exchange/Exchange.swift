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

  /// What the request's log line says.
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
    /// Who sent it, once that is known.
    var client: Client?
    /// Whether it was about changing a list.
    var isChange = false
    var uploader: String?
    var reference: String?
    var waited: Duration?
    var decoding: Duration?
    var lookup: Duration?
  }

  let id = RequestID.next()
  let start = ContinuousClock.now
  let channel: any Channel
  /// Whether the client came over a Unix socket, where the kernel knows its user.
  let isUnix: Bool
  /// Whether a token has to be shown.
  let needsToken: Bool
  /// The token that stood in the path.
  let pathToken: String?
  /// Whether the client sends its body only after `100 Continue`.
  let expectsContinue: Bool
  private let knownPeer: Peer?
  private let notes = Mutex(Notes())

  /// - Parameter peer: Who is at the other end, where the channel is no socket that the system could be asked about.
  init(
    channel: any Channel, isUnix: Bool, needsToken: Bool = false, pathToken: String? = nil,
    expectsContinue: Bool, peer: Peer? = nil
  ) {
    self.needsToken = needsToken
    self.pathToken = pathToken
    knownPeer = peer
    self.channel = channel
    self.isUnix = isUnix
    self.expectsContinue = expectsContinue
  }

  /// The client.
  var peer: Peer {
    get async {
      if let knownPeer { return knownPeer }
      // The future cannot fail.
      return (try? await Peer.of(channel, isUnix: isUnix).get()) ?? .address("")
    }
  }

  func note(_ change: (inout sending Notes) -> Void) { notes.withLock { change(&$0) } }

  var noted: Notes { notes.withLock { $0 } }

  /// Sends `100 Continue` to a client that waits for it.
  func inviteBody() {
    guard expectsContinue else { return }
    channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)), promise: nil)
  }
}

/// What handlers receive besides the request.
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
