import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Serves HTTP/1.1 on one socket until it is told to stop; then finishes the requests under way.
///
/// Hummingbird's own server binds to an address; here the socket already exists, with the permissions it
/// should have.
struct HTTPListener: Service {
  let socket: ListeningSocket
  let channel: HTTP1Channel
  let group: any EventLoopGroup
  let logger: Logger
  let connections: Connections
  /// How long connections that wait for a request are still served when the daemon is stopped.
  let drainTime: Duration
  /// Called once the socket accepts clients.
  let onListening: @Sendable () -> Void

  func run() async throws {
    let executors = EventLoopExecutor.all(of: group)
    let server = try await ServerBootstrap(group: group)
      .serverChannelOption(ChannelOptions.maxMessagesPerRead, value: 16)
      // NIO listens once more, and would shorten the queue.
      .serverChannelOption(ChannelOptions.backlog, value: ListeningSocket.backlog)
      // A client may end its side and still wait for the answer.
      .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
      // The buffer adapts: soon most pictures arrive in one read, with one wake-up of the task that waits for
      // them, and a connection with small requests keeps a small buffer.
      .childChannelOption(
        ChannelOptions.recvAllocator,
        value: AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 1 << 14, maximum: 1 << 18)
      )
      .bind(socket.descriptor) { [channel, logger] client in
        channel.setup(channel: client, logger: logger)
      }
    logger.info("listening", metadata: ["socket": "\(socket.name)"])
    onListening()
    await withDiscardingTaskGroup { tasks in
      tasks.addTask {
        guard (try? await gracefulShutdown()) != nil else { return }
        await end(server.channel)
      }
      do {
        try await server.executeThenClose { clients in
          for try await client in clients {
            let executor = executors[ObjectIdentifier(client.channel.eventLoop)]
            tasks.addTask(executorPreference: executor) { [channel, logger] in
              await channel.handle(value: client, logger: logger)
            }
          }
        }
      } catch {
        logger.error("no longer listening", metadata: ["error": "\(error)"])
        tasks.cancelAll()
      }
    }
  }

  /// Takes no more clients, and ends the connections without losing a request. Who connects to a socket that the service
  /// manager holds waits there for the next daemon.
  private func end(_ server: any Channel) async {
    connections.beginEnding()
    if let file = socket.file {
      file.remove()
      // Those who have connected just before are still taken.
      try? await Task.sleep(for: .milliseconds(20))
    }
    await stopAccepting(server)
    try? await server.close()
    await connections.drain(for: drainTime)
  }

  /// Accepts no further client, and waits until those that were accepted have reached the loop above: a channel that is
  /// closed in between loses them, which NIO takes for a mistake that ends the process.
  private func stopAccepting(_ server: any Channel) async {
    try? await server.setOption(.autoRead, value: false).get()
    // From the accepting thread to the client's, and back: each round is one such step.
    for _ in 0..<4 {
      for loop in group.makeIterator() { try? await loop.submit {}.get() }
      try? await server.eventLoop.submit {}.get()
    }
  }
}

/// All sockets as one service, so that all are closed at the same moment: a service group stops its services one
/// after the other, and waits for each.
struct HTTPListeners: Service {
  let listeners: [HTTPListener]

  func run() async throws {
    try await withThrowingTaskGroup { tasks in
      for listener in listeners { tasks.addTask { try await listener.run() } }
      try await tasks.waitForAll()
    }
  }
}
