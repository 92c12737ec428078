import NIOCore

/// Runs tasks on an event loop: those that serve its connections go without a change of threads, whose cost at
/// a thousand pictures a second shows. They must not block; what takes long goes to a ``JobQueue``.
final class EventLoopExecutor: TaskExecutor {
  private let eventLoop: any EventLoop

  init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }

  /// One for each loop of a group.
  static func all(of group: any EventLoopGroup) -> [ObjectIdentifier: EventLoopExecutor] {
    Dictionary(
      uniqueKeysWithValues: group.makeIterator().map {
        (ObjectIdentifier($0), EventLoopExecutor($0))
      })
  }
}
