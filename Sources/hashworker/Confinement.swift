import CLinux
import PictureHashing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the worker gives up, for good, before it reads the first byte.
enum Confinement {
  /// Gives up as much as the kernel supports, and returns what was given up.
  static func enter(_ settings: WorkerSettings) -> ConfinementLevel {
    clinux_close_from(UInt32(max(WorkerSettings.socket, WorkerSettings.sharedMemory)) + 1)
    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, CInt(settings.niceness))
    leaveRoot()
    // Read while files still can be.
    let memory = addressSpaceInUse
    let isBound = clinux_no_new_privileges() == 0
    // Before the limits: landlock needs a descriptor, and after them none can be opened.
    let landlock = isBound ? Int(clinux_landlock_nothing()) : 0
    let resources = limitResources(settings, beside: memory)
    return ConfinementLevel(
      systemCalls: isBound && SystemCallFilter.install(), landlock: landlock > 0 ? landlock : nil,
      resources: resources)
  }

  /// Becomes the user `nobody` when run by root: processes of the same user can send each other signals.
  private static func leaveRoot() {
    guard geteuid() == 0 else { return }
    let nobody: uid_t = 65_534
    _ = setgroups(0, nil)
    _ = setgid(nobody)
    _ = setuid(nobody)
  }

  private static func limitResources(_ settings: WorkerSettings, beside used: Int) -> Bool {
    let memory = settings.memory.addingReportingOverflow(used)
    guard !memory.overflow else { return false }
    return clinux_not_dumpable() == 0
      && limit(RLIMIT_CORE, to: 0)
      && limit(RLIMIT_AS, to: memory.partialValue)
      && limit(RLIMIT_CPU, to: settings.processorSeconds)
      && limit(RLIMIT_FSIZE, to: 0)
      // Open descriptors stay open; no others can be opened.
      && limit(RLIMIT_NOFILE, to: 0)
  }

  private static func limit(_ resource: __rlimit_resource, to value: Int) -> Bool {
    var bound = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
    return setrlimit(__rlimit_resource_t(resource.rawValue), &bound) == 0
  }

  /// Bytes that the program and the shared memory take already.
  private static var addressSpaceInUse: Int {
    let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return 1 << 30 }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: 32)
    let count = read(descriptor, &text, text.count)
    let digits = text.prefix(max(0, count)).prefix { (48...57).contains($0) }
    let pages = digits.reduce(0) { $0 * 10 + Int($1) - 48 }
    return pages > 0 ? pages * sysconf(CInt(_SC_PAGESIZE)) : 1 << 30
  }
}
