internal import CHEIF
internal import PictureHashing

/// A HEIF or AVIF file, through libheif.
///
/// libheif decodes whole pictures without looking at a clock: a picture that takes too long costs the worker.
final class HEIFFile {
  /// The most pictures that are decoded.
  private static let maximum = 16

  private let context: OpaquePointer
  private let bytes: UnsafeBufferPointer<UInt8>
  private let structure: HEIFStructure

  /// - Parameter file: The whole file; libheif keeps the pointer, so the bytes must outlive this.
  init(_ file: UnsafeBufferPointer<UInt8>, limits: DecodingLimits) throws(ImageError) {
    // What lies behind the picture would make libheif refuse it.
    let end = MediaBoxes.end(of: file.span) ?? file.count
    let bytes = UnsafeBufferPointer(rebasing: file.prefix(end))
    guard let context = heif_context_alloc() else {
      throw ImageError(.overLimit, "out of memory")
    }
    self.context = context
    self.bytes = bytes
    structure = HEIFStructure(in: bytes)
    heif_context_set_maximum_image_size_limit(context, CInt(clamping: limits.side))
    // No threads of its own: there is one worker for each core.
    heif_context_set_max_decoding_threads(context, 0)
    try structure.check()
    try check(
      heif_context_read_from_memory_without_copy(context, bytes.baseAddress, bytes.count, nil))
  }

  deinit { heif_context_free(context) }

  /// Sends the picture that is shown, and then the others: pictures, thumbnails, and maps that go with them.
  func send<Sink: RowSink>(
    over backdrop: Backdrop, limits: DecodingLimits, into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    var handle: OpaquePointer?
    try check(heif_context_get_primary_image_handle(context, &handle))
    guard let handle else { throw ImageError(.damaged, "damaged HEIF: no picture to show") }
    let id = structure.items.primary ?? 0
    let primary = HEIFPicture(handle, id, colours: structure.colours)
    try structure.checkAlpha(of: id, hasAlpha: primary.hasAlpha)
    if primary.hasLocation { sink.tellsLocation() }
    let result = try primary.send(over: backdrop, limits: limits, into: &sink)
    guard result == .complete else { return result }
    var pixels = primary.width * primary.height
    var number = 2
    if primary.isCropped {
      // Some browsers show it so: what cannot be decoded is not scanned.
      sink.beginPart(.picture(number))
      _ = try primary.send(isWhole: true, over: backdrop, limits: limits, into: &sink)
      number += 1
    }
    for (part, other) in others(than: primary) {
      pixels += other.width * other.height
      guard number <= Self.maximum, pixels <= limits.animationPixels else {
        return .partial(
          ImageError(
            .overLimit, "too many pictures: only the first \(number - 1) were examined"))
      }
      try limits.checkTime()
      sink.beginPart(part ?? .picture(number))
      number += 1
      do throws(ImageError) {
        _ = try other.send(over: backdrop, limits: limits, into: &sink)
      } catch {
        // One that does not decode is shown by nobody; one that costs too much may be.
        if error.code == .overLimit || error.code == .timeLimit { return .partial(error) }
      }
    }
    if structure.hasOtherPictures {
      return .partial(
        ImageError(.unsupported, "pictures of other kinds in it, which were not examined"))
    }
    if isSequence {
      return .partial(
        ImageError(.unsupported, "an image sequence, of which only the first picture was examined"))
    }
    return .complete
  }

  /// Whether it has a track, which browsers play instead of showing the picture.
  private var isSequence: Bool { MediaBoxes.types(in: bytes.span).contains("moov") }

  /// The other pictures; with `nil` for those that are not thumbnails.
  private func others(than primary: HEIFPicture) -> [(PicturePart?, HEIFPicture)] {
    var found: [(PicturePart?, HEIFPicture)] = []
    let most = Self.maximum + 1
    var ids = [heif_item_id](repeating: 0, count: most)
    let count = heif_context_get_list_of_top_level_image_IDs(context, &ids, CInt(most))
    for id in ids.prefix(Int(count)) {
      var handle: OpaquePointer?
      guard heif_context_get_image_handle(context, id, &handle).isFine, let handle else { continue }
      let picture = HEIFPicture(handle, MediaItems.ID(id), colours: structure.colours)
      if !picture.isPrimary { found.append((nil, picture)) }
    }
    for picture in [primary] + found.map(\.1) {
      found += picture.auxiliary(most).map { (nil, $0) }
      found += picture.thumbnails(most).map { (.thumbnail, $0) }
    }
    return found
  }
}

/// Turns libheif's error into ours.
func check(_ error: heif_error) throws(ImageError) {
  guard error.isFine else {
    let text = error.message.map { String(cString: $0) } ?? "error \(error.code.rawValue)"
    let code: ImageError.Code =
      switch error.code {
      case heif_error_Unsupported_feature, heif_error_Unsupported_filetype,
        heif_error_Color_profile_does_not_exist:
        .unsupported
      case heif_error_Memory_allocation_error: .overLimit
      default:
        error.subcode == heif_suberror_End_of_data
          ? .truncated
          : error.subcode == heif_suberror_Security_limit_exceeded ? .overLimit : .damaged
      }
    throw ImageError(code, "\(code == .damaged ? "damaged HEIF" : code.rawValue): \(text)")
  }
}

extension heif_error {
  var isFine: Bool { code == heif_error_Ok }
}
