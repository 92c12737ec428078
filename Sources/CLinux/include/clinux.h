// A Linux call that has no function of its own in the C library.
#pragma once

/// Opens a path below the folder `root` for reading, without blocking. No part of it may be a symbolic link,
/// and none may lead out of the folder. The descriptor, or -1 with `errno` set (ENOSYS before Linux 5.6).
int clinux_open_beneath(int root, const char *path);
