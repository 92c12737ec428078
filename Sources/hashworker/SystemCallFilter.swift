import CLinux

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The system calls that decoding needs; any other ends the process.
///
/// A filter is a program that the kernel runs on `struct seccomp_data`: number, machine, instruction pointer,
/// arguments. See `seccomp(2)`.
enum SystemCallFilter {
  /// Calls for memory, the clock, the open socket and shared memory, and for ending the process.
  private static let allowed: [CInt] = [
    SYS_read, SYS_recvfrom, SYS_write, SYS_close, SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise,
    SYS_futex,
    SYS_clock_gettime, SYS_getrandom, SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_exit,
    SYS_exit_group, SYS_restart_syscall, SYS_sched_yield, SYS_set_robust_list, SYS_rseq,
  ]
  /// Allowed unless they make memory executable.
  private static let withoutCode: [CInt] = [SYS_mmap, SYS_mprotect]
  /// Allowed for threads only, which are as confined as this one: the decoder of HEVC does not work without.
  private static let forThreads: CInt = SYS_clone
  /// `CLONE_THREAD`.
  private static let threadFlag: UInt32 = 0x10000
  /// The newer form, whose arguments a filter cannot see: the C library takes the other instead.
  private static let unknown: CInt = SYS_clone3
  /// Called now and then by the C library, which copes with being refused.
  private static let refused: [CInt] = [
    SYS_openat, SYS_newfstatat, SYS_prlimit64, SYS_sysinfo, SYS_getpid, SYS_gettid,
    SYS_sched_getaffinity, SYS_ioctl, SYS_fstat, SYS_rt_sigaction,
  ]

  /// - Returns: Whether the kernel accepted it.
  static func install() -> Bool {
    guard clinux_machine() != 0 else { return false }
    let program = program()
    return clinux_filter_system_calls(program, UInt16(program.count)) == 0
  }

  // Offsets in `struct seccomp_data`; arguments are 64 bits wide, the lower half first.
  private static let number: UInt32 = 0
  private static let machine: UInt32 = 4
  private static let firstArgument: UInt32 = 16
  private static let thirdArgument: UInt32 = 16 + 2 * 8

  private static func program() -> [sock_filter] {
    let kill = answer(SECCOMP_RET_KILL_PROCESS)
    var program = [load(machine), skip(ifEqualTo: clinux_machine()), kill, load(number)]
    // x86-64 has a second set of call numbers from here on: any of them ends the process.
    program += [skip(ifBelow: 0x4000_0000), kill]
    for call in withoutCode {
      // Loading the argument overwrites the call's number, so the decision must be made here.
      program += [
        unless(equalTo: UInt32(call), skip: 4), load(thirdArgument),
        unless(anyOf: UInt32(PROT_EXEC), skip: 1), kill, answer(SECCOMP_RET_ALLOW),
      ]
    }
    program += [
      unless(equalTo: UInt32(forThreads), skip: 4), load(firstArgument),
      unless(anyOf: Self.threadFlag, skip: 1), answer(SECCOMP_RET_ALLOW), kill,
      unless(equalTo: UInt32(unknown), skip: 1), answer(SECCOMP_RET_ERRNO | UInt32(ENOSYS)),
    ]
    for call in allowed {
      program += [unless(equalTo: UInt32(call), skip: 1), answer(SECCOMP_RET_ALLOW)]
    }
    for call in refused {
      program += [
        unless(equalTo: UInt32(call), skip: 1), answer(SECCOMP_RET_ERRNO | UInt32(EACCES)),
      ]
    }
    return program + [kill]
  }

  private static func load(_ offset: UInt32) -> sock_filter {
    instruction(BPF_LD | BPF_W | BPF_ABS, offset)
  }

  private static func answer(_ action: UInt32) -> sock_filter {
    instruction(BPF_RET | BPF_K, action)
  }

  /// Passes over the next instruction.
  private static func skip(ifEqualTo value: UInt32) -> sock_filter {
    instruction(BPF_JMP | BPF_JEQ | BPF_K, value, yes: 1)
  }

  private static func skip(ifBelow value: UInt32) -> sock_filter {
    instruction(BPF_JMP | BPF_JGE | BPF_K, value, no: 1)
  }

  private static func unless(equalTo value: UInt32, skip count: UInt8) -> sock_filter {
    instruction(BPF_JMP | BPF_JEQ | BPF_K, value, no: count)
  }

  private static func unless(anyOf bits: UInt32, skip count: UInt8) -> sock_filter {
    instruction(BPF_JMP | BPF_JSET | BPF_K, bits, no: count)
  }

  private static func instruction(
    _ code: CInt, _ value: UInt32, yes: UInt8 = 0, no: UInt8 = 0
  ) -> sock_filter {
    sock_filter(code: UInt16(code), jt: yes, jf: no, k: value)
  }
}
