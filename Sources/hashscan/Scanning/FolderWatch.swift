import CLinux
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The kernel's reports of what happens in some folders (inotify): which files were written to their end or moved in,
/// and which folders are new.
final class FolderWatch {
  enum Event {
    /// A file was closed after writing, moved in, or given another name.
    case file(FilePath)
    /// A folder was made or moved in.
    case folder(FilePath)
    /// So much happened at once that some of it was not reported.
    case overflow
  }

  private let descriptor: CInt
  private var folders: [CInt: FilePath] = [:]
  /// Folders that somebody has named, by their number.
  private var named: [CInt: FilePath] = [:]
  /// Folders that could not be watched, or no longer, and why; emptied by whoever tells them.
  var problems: [Failure] = []

  private static let events =
    UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_CREATE) | UInt32(IN_MOVE_SELF)

  /// - Throws: ``Failure`` when the kernel watches nothing more.
  init() throws(Failure) {
    // Asking whether a file is being written may send one.
    signal(SIGIO, SIG_IGN)
    descriptor = inotify_init1(CInt(IN_CLOEXEC) | CInt(IN_NONBLOCK))
    guard descriptor >= 0 else {
      throw Failure(
        "nothing can be watched: \(Errno(rawValue: errno)); see fs.inotify.max_user_instances")
    }
  }

  deinit { close(descriptor) }

  /// Watches one folder, without those below it.
  ///
  /// - Parameter isNamed: Whether somebody has named it, and wants to know when it is gone.
  func add(_ folder: FilePath, isNamed: Bool) {
    // Where the folder is watched already, under another name, it is known by the new one from now on.
    let watch = folder.withPlatformString {
      inotify_add_watch(descriptor, $0, Self.events | UInt32(IN_ONLYDIR))
    }
    guard watch < 0 else {
      folders[watch] = folder
      if isNamed { named[watch] = folder }
      return
    }
    // One that is gone again needs no watch.
    guard errno != ENOENT, errno != ENOTDIR else { return }
    let advice = errno == ENOSPC ? "; raise fs.inotify.max_user_watches" : ""
    // One says it for all: there may be a million.
    guard problems.isEmpty else { return }
    problems.append(
      Failure("\(ShownPath(folder)): cannot be watched: \(Errno(rawValue: errno))\(advice)"))
  }

  /// Whether anything is watched.
  var isEmpty: Bool { folders.isEmpty }

  /// What has happened.
  ///
  /// - Parameter waits: Whether to wait for something to happen, a tenth of a second at most.
  func events(waits: Bool) -> [Event] {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard Glibc.poll(&poll, 1, waits ? 100 : 0) > 0 else { return [] }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { return [] }
    return buffer.withUnsafeBytes { buffer in
      events(in: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  private func events(in buffer: UnsafeRawBufferPointer) -> [Event] {
    var events: [Event] = []
    var offset = 0
    let header = MemoryLayout<inotify_event>.size
    // The kernel writes whole records, each a header and a name of the length that the header says.
    while offset + header <= buffer.count {
      let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
      let length = Int(event.len)
      guard offset + header + length <= buffer.count else { break }
      let name = buffer[(offset + header)..<(offset + header + length)].prefix { $0 != 0 }
      offset += header + length
      if let event = self.event(event, Array(name)) { events.append(event) }
    }
    return events
  }

  private func event(_ event: inotify_event, _ name: [UInt8]) -> Event? {
    func has(_ flag: some BinaryInteger) -> Bool { event.mask & UInt32(flag) != 0 }
    if has(IN_Q_OVERFLOW) { return .overflow }
    if has(IN_IGNORED) {
      forget(event.wd)
      return nil
    }
    guard let folder = folders[event.wd] else { return nil }
    if has(IN_MOVE_SELF) {
      forgetIfGone(folder, event.wd)
      return nil
    }
    guard !name.isEmpty, let component = Self.component(name) else { return nil }
    let path = folder.appending(component)
    if has(IN_ISDIR) { return .folder(path) }
    if has(IN_CLOSE_WRITE) || has(IN_MOVED_TO) { return .file(path) }
    // A new file is waited for until it is closed. A further name of an old one never will be.
    return has(IN_CREATE) && Self.isFurtherName(path) ? .file(path) : nil
  }

  /// Forgets a folder that was moved out of what is watched, with all below it.
  private func forgetIfGone(_ folder: FilePath, _ watch: CInt) {
    let again = folder.withPlatformString {
      inotify_add_watch(descriptor, $0, Self.events | UInt32(IN_ONLYDIR))
    }
    guard again != watch else { return }
    if again >= 0 { folders[again] = folder }
    for (number, path) in folders where number != again && path.starts(with: folder) {
      inotify_rm_watch(descriptor, number)
      forget(number)
    }
  }

  private func forget(_ watch: CInt) {
    folders[watch] = nil
    guard let folder = named.removeValue(forKey: watch) else { return }
    problems.append(
      Failure("\(ShownPath(folder)): is gone, and what comes there now is not seen; start again"))
  }

  private static func component(_ name: [UInt8]) -> FilePath.Component? {
    let name = name.map { CChar(bitPattern: $0) } + [0]
    return name.withUnsafeBufferPointer { name in
      name.baseAddress.flatMap { FilePath.Component(platformString: $0) }
    }
  }

  private static func isFurtherName(_ path: FilePath) -> Bool {
    var status = stat()
    return path.withPlatformString { lstat($0, &status) } == 0
      && status.st_mode & S_IFMT == S_IFREG && status.st_nlink > 1
  }

  /// Whether somebody has a file open for writing, as far as the kernel tells this user: then it will report the end of it.
  static func isBeingWritten(_ path: FilePath) -> Bool {
    let options: FileDescriptor.OpenOptions = [.nonBlocking, .closeOnExec, .noFollow]
    guard let open = try? FileDescriptor.open(path, .readOnly, options: options) else {
      return false
    }
    defer { try? open.close() }
    return clinux_is_being_written(open.rawValue) == 1
  }
}
