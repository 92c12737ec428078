extension FileStamp {
  /// Reads what ``write(to:)`` wrote; `nil` for anything else.
  init?(_ record: inout RecordReader) {
    guard let device = record.uint64(), let inode = record.uint64(), let size = record.uint64(),
      let changed = record.uint64(), let stateChanged = record.uint64()
    else { return nil }
    self.init(
      device: device, inode: inode, size: Int(clamping: size),
      changed: Int64(bitPattern: changed), stateChanged: Int64(bitPattern: stateChanged))
  }

  func write(to record: inout RecordWriter) {
    record.append(device)
    record.append(inode)
    record.append(UInt64(size))
    record.append(UInt64(bitPattern: changed))
    record.append(UInt64(bitPattern: stateChanged))
  }
}
