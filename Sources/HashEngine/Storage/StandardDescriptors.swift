#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The descriptors of standard input, output and error.
package enum StandardDescriptors {
  /// Occupies those that whoever started the program left closed. Else the next file that is opened, such as the
  /// database, would get their number, and what is printed would be written into it. Call it before anything is opened.
  ///
  /// What was closed stays unusable: reading and writing fail.
  package static func occupy() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) == -1 {
      // The lowest free number is this one. What only can be written cannot be read, and the other way round.
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}
