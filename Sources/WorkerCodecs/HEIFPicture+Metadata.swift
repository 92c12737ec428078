internal import CHEIF
internal import PictureHashing

/// What a HEIF or AVIF file says of a picture, and which pictures go with it.
extension HEIFPicture {
  // MARK: What goes with it

  func thumbnails(_ most: Int) -> [HEIFPicture] {
    var ids = [heif_item_id](repeating: 0, count: most)
    let count = heif_image_handle_get_list_of_thumbnail_IDs(handle, &ids, CInt(most))
    return ids.prefix(Int(count)).compactMap { id in
      var other: OpaquePointer?
      guard heif_image_handle_get_thumbnail(handle, id, &other).isFine else { return nil }
      return other.map { HEIFPicture($0, MediaItems.ID(id), colours: coded) }
    }
  }

  /// Maps of depth or brightness.
  func auxiliary(_ most: Int) -> [HEIFPicture] {
    let filter = LIBHEIF_AUX_IMAGE_FILTER_OMIT_ALPHA
    var ids = [heif_item_id](repeating: 0, count: most)
    let count = heif_image_handle_get_list_of_auxiliary_image_IDs(
      handle, CInt(filter), &ids, CInt(most))
    return ids.prefix(Int(count)).compactMap { id in
      var other: OpaquePointer?
      guard heif_image_handle_get_auxiliary_image_handle(handle, id, &other).isFine else {
        return nil
      }
      return other.map { HEIFPicture($0, MediaItems.ID(id), colours: coded) }
    }
  }

  /// The most bytes of metadata that are read.
  private static let maximumMetadata = 8 << 20

  /// Whether its EXIF or XMP data says where it was taken.
  var hasLocation: Bool {
    var ids = [heif_item_id](repeating: 0, count: 16)
    let count = heif_image_handle_get_list_of_metadata_block_IDs(
      handle, nil, &ids, CInt(ids.count))
    return ids.prefix(Int(count)).contains { id in
      let size = heif_image_handle_get_metadata_size(handle, id)
      guard size > 0, size <= Self.maximumMetadata else { return false }
      var data = [UInt8](repeating: 0, count: size)
      guard heif_image_handle_get_metadata(handle, id, &data).isFine else { return false }
      if XMP.hasLocation(data.span) { return true }
      // Four bytes say how far behind them the TIFF header lies.
      let start = 4 + Int(data.span.bigEndian32(at: 0))
      guard start < data.count else { return false }
      var exif = EXIF()
      exif.read(data.span, in: start..<data.count)
      return exif.hasLocation
    }
  }

  // MARK: Colours

  /// What the file says of its colours: a profile, code points, or what only an AVIF's coded pictures say.
  func colours() -> PictureColours {
    let (handle, id, coded) = (handle, id, coded)
    return PictureColours { () throws(ImageError) in
      if let source = try Self.stated(by: handle) { return source }
      return try coded(id)
    }
  }

  /// What the boxes say of a picture's colours.
  ///
  /// - Returns: `nil` when they say nothing; a source of `nil` when they name what browsers pass over.
  static func stated(by handle: OpaquePointer) throws(ImageError) -> ColourSource?? {
    let size = heif_image_handle_get_raw_color_profile_size(handle)
    if size > 0 {
      guard size <= ColourSource.maximumProfile else {
        throw ImageError(.overLimit, "its colour profile is too large")
      }
      var profile = [UInt8](repeating: 0, count: size)
      if heif_image_handle_get_raw_color_profile(handle, &profile).isFine { return .icc(profile) }
    }
    guard let points = points(of: handle) else { return nil }
    return .some(ColourSource(primaries: points.primaries, transfer: points.transfer))
  }

  /// The code points of its colours; `nil` where it has none.
  private static func points(
    of handle: OpaquePointer
  ) -> (primaries: UInt8, transfer: UInt8)? {
    var profile: UnsafeMutablePointer<heif_color_profile_nclx>?
    guard heif_image_handle_get_nclx_color_profile(handle, &profile).isFine, let profile else {
      return nil
    }
    defer { heif_nclx_color_profile_free(profile) }
    return (
      UInt8(clamping: profile.pointee.color_primaries.rawValue),
      UInt8(clamping: profile.pointee.transfer_characteristics.rawValue)
    )
  }
}
