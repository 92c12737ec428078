/// What a worker has given up before it sees the first byte of a picture.
public struct ConfinementLevel: Sendable, Hashable {
  /// Whether it gave up all system calls except those that decoding needs (seccomp).
  public var systemCalls: Bool
  /// The kernel's landlock version, by which it gave up files, the network and other processes; `nil` if it
  /// could not.
  public var landlock: Int?
  /// Whether memory, processor time and open files are limited, and other processes cannot read its memory.
  public var resources: Bool

  /// - Parameter landlock: The kernel's version of it, from 1 on; `nil` for none.
  public init(systemCalls: Bool, landlock: Int?, resources: Bool) {
    self.systemCalls = systemCalls
    self.landlock = landlock
    self.resources = resources
  }

  /// Whether all three apply.
  public var isFull: Bool { systemCalls && landlock != nil && resources }
}

extension ConfinementLevel: CustomStringConvertible {
  /// As in `full (seccomp, landlock 7, limits)` or `partial (seccomp, no landlock, limits)`.
  public var description: String {
    let parts = [
      systemCalls ? "seccomp" : "no seccomp",
      landlock.map { "landlock \($0)" } ?? "no landlock",
      resources ? "limits" : "no limits",
    ]
    return "\(isFull ? "full" : "partial") (\(parts.joined(separator: ", ")))"
  }
}
