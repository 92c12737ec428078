// For syscall and memfd_create.
#define _GNU_SOURCE

#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <linux/openat2.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

int clinux_open_beneath(int root, const char *path) {
  struct open_how how = {
      .flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
  };
  return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

int clinux_unnamed_file(const char *folder) {
  return open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

int clinux_name_file(int descriptor, const char *path) {
  char name[32];
  snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
  return linkat(AT_FDCWD, name, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

int clinux_is_being_written(int descriptor) {
  // A lease for reading is refused while there are writers.
  if (fcntl(descriptor, F_SETLEASE, F_RDLCK) == 0) {
    fcntl(descriptor, F_SETLEASE, F_UNLCK);
    return 0;
  }
  return errno == EAGAIN ? 1 : -1;
}

int clinux_shared_memory(const char *name, size_t size) {
  int descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor < 0) return -1;
  if (ftruncate(descriptor, (off_t)size) == 0) return descriptor;
  int problem = errno;
  close(descriptor);
  errno = problem;
  return -1;
}

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

int clinux_seal(int descriptor) {
  return fcntl(descriptor, F_ADD_SEALS,
               F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL);
}

int clinux_processor(void) { return sched_getcpu(); }

int clinux_keep_on_processor(int process, int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (processor < 0) {
    if (sched_getaffinity(0, sizeof set, &set) != 0) return -1;
  } else if (processor < CPU_SETSIZE) {
    CPU_SET(processor, &set);
  }
  return sched_setaffinity(process, sizeof set, &set);
}

void clinux_keep_memory(int bytes) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, bytes);
  mallopt(M_TRIM_THRESHOLD, bytes);
  // A thread's own arena would take 64 MiB of address space.
  mallopt(M_ARENA_MAX, 1);
#endif
}

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

void clinux_close_from(unsigned first) { syscall(SYS_close_range, first, ~0u, 0); }

int clinux_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

int clinux_not_dumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// As the kernel has them; the system's headers may be older than the kernel.
struct landlock_rules {
  uint64_t files;
  uint64_t network;
  uint64_t scopes;
};

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif

int clinux_landlock_nothing(void) {
  int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
  if (version < 1) return -1;
  // How many file rights each version has: 13 at first, then also refer, truncate and ioctl.
  static const int file_rights[] = {13, 14, 15, 15, 16};
  int known = version < 5 ? version : 5;
  struct landlock_rules rules = {
      .files = (UINT64_C(1) << file_rights[known - 1]) - 1,
      .network = version >= 4 ? 3 : 0,
      .scopes = version >= 6 ? 3 : 0,
  };
  size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
  if (ruleset < 0) return -1;
  int result = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
  int problem = errno;
  close(ruleset);
  errno = problem;
  return result == 0 ? version : -1;
}

int clinux_filter_system_calls(const struct sock_filter *filter, uint16_t count) {
  struct sock_fprog program = {.len = count, .filter = (struct sock_filter *)filter};
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}
