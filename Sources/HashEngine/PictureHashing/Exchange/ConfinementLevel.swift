/// What a worker has given up before it sees the first byte of a picture.
public struct ConfinementLevel: Sendable, Hashable {
  /// System calls but those that decoding needs (seccomp).
  public var systemCalls: Bool
  /// Files, network and other processes (landlock), with the kernel's version of it; `nil` where it has none.
  public var landlock: Int?
  /// Memory, processor time and open files without bound, and being read by other processes.
  public var resources: Bool

  /// - Parameter landlock: The kernel's version of it, from 1 on; `nil` for none.
  public init(systemCalls: Bool, landlock: Int?, resources: Bool) {
    self.systemCalls = systemCalls
    self.landlock = landlock
    self.resources = resources
  }

  /// Whether nothing is missing.
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
