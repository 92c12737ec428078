import HummingbirdCore
import Logging
import NIOCore
import NIOExtras
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
  /// Called once the socket accepts clients.
  let onListening: @Sendable () -> Void

  func run() async throws {
    let executors = EventLoopExecutor.all(of: group)
    let quiescing = ServerQuiescingHelper(group: group)
    let server = try await ServerBootstrap(group: group)
      .serverChannelInitializer { server in
        server.eventLoop.makeCompletedFuture {
          try server.pipeline.syncOperations.addHandler(
            quiescing.makeServerChannelHandler(channel: server))
        }
      }
      .serverChannelOption(ChannelOptions.maxMessagesPerRead, value: 16)
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
    await withGracefulShutdownHandler {
      await withDiscardingTaskGroup { tasks in
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
        }
      }
    } onGracefulShutdown: {
      socket.file?.remove()
      quiescing.initiateShutdown(promise: nil)
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
