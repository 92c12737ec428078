import NIOCore

/// Runs tasks on an event loop, so that its connections are served without switching threads; at a thousand
/// pictures a second the switches would show. Tasks must not block; long work goes to a ``JobQueue``.
final class EventLoopExecutor: TaskExecutor {
  private let eventLoop: any EventLoop

  init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }

  /// One executor for each loop of a group.
  static func all(of group: any EventLoopGroup) -> [ObjectIdentifier: EventLoopExecutor] {
    Dictionary(
      uniqueKeysWithValues: group.makeIterator().map {
        (ObjectIdentifier($0), EventLoopExecutor($0))
      })
  }
}
