// Linux calls that Swift cannot make itself: those without a function in the C library, and variadic ones.
#pragma once
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

/// Opens a path below the folder `root` for reading, without blocking. No part of it may be a symbolic link,
/// and none may lead out of the folder. The descriptor, or -1 with `errno` set (ENOSYS before Linux 5.6).
int clinux_open_beneath(int root, const char *path);

/// A new file without a name, in the file system of a folder, for reading and writing. It is gone when it is closed,
/// unless it gets a name. The descriptor, or -1 with `errno` set.
int clinux_unnamed_file(const char *folder);

/// Gives an unnamed file a name. 0, or -1 with `errno` set.
int clinux_name_file(int descriptor, const char *path);

/// Whether somebody has an open file open for writing, as far as the kernel tells: only to its owner, and to root. 1, 0, or
/// -1 where it does not tell. The process must ignore SIGIO.
int clinux_is_being_written(int descriptor);

/// Memory of a fixed size that can be handed to other processes, closed at exec. The descriptor, or -1 with
/// `errno` set.
int clinux_shared_memory(const char *name, size_t size);

/// Seals shared memory: it can no longer be resized or mapped anew for writing. 0, or -1 with `errno` set.
int clinux_seal(int descriptor);

/// The processor that the calling thread runs on, or -1.
int clinux_processor(void);

/// Lets a process run on one processor only, or, below 0, on any that the calling thread may run on. 0, or -1
/// with `errno` set.
int clinux_keep_on_processor(int process, int processor);

/// Keeps freed memory of up to `bytes` bytes in the process, so that using it again needs no new pages from
/// the kernel. Does nothing where the C library has no such setting.
void clinux_keep_memory(int bytes);

/// Closes all descriptors from `first` on. Does nothing before Linux 5.9.
void clinux_close_from(unsigned first);

/// Neither this process nor what it starts can gain privileges any more. 0, or -1 with `errno` set.
int clinux_no_new_privileges(void);

/// No core dump, and no reading by other processes of the same user. 0, or -1 with `errno` set.
int clinux_not_dumpable(void);

/// Gives up files, the network and other processes, as far as the kernel's landlock can. Its version,
/// or -1 with `errno` set.
int clinux_landlock_nothing(void);

/// Installs a filter of system calls, for good. 0, or -1 with `errno` set.
int clinux_filter_system_calls(const struct sock_filter *filter, uint16_t count);

/// The machine's number for `seccomp_data.arch`; 0 for one whose system calls are not known here.
static inline uint32_t clinux_machine(void) {
#if defined(__x86_64__)
  return AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
  return AUDIT_ARCH_AARCH64;
#else
  return 0;
#endif
}
