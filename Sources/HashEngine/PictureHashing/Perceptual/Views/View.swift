/// A way to look at a picture: what is done to its stored pixels before they are hashed.
public struct View: Sendable, Hashable {
  /// The part of the picture that is taken for the picture.
  public var region = Region.whole
  /// Where that part lies, if it does not lie upright; ``region`` is then the whole.
  public var corners: Corners?
  /// What is hashed, in shares of that part: more than the whole where some of it was cropped.
  public var extent = Region.whole
  /// Degrees by which it is rotated about its middle, clockwise.
  public var rotation = 0.0
  /// How it is turned after that.
  public var orientation = Orientation.asStored
  /// Whether ``orientation`` is the turn that the picture's EXIF data calls for.
  public var isAsShown = false
  /// Whether its colours are inverted.
  public var isInverted = false
  /// Whether its corners, which were cut off round, are filled with what is guessed.
  public var hasFilledCorners = false
  /// What shows through its transparent pixels.
  public var backdrop = Backdrop.none
  /// Whether samples lie where a larger copy would have them. The reference's differ a little, since they lie
  /// on whole pixels.
  public var isResampled = false

  /// The picture as it is stored.
  public static let asStored = View()

  /// By default, the picture as it is stored.
  public init(
    region: Region = .whole, corners: Corners? = nil, extent: Region = .whole,
    rotation: Double = 0, orientation: Orientation = .asStored, isInverted: Bool = false,
    isResampled: Bool = false
  ) {
    self.region = region
    self.corners = corners
    self.extent = extent
    self.rotation = rotation
    self.orientation = orientation
    self.isInverted = isInverted
    self.isResampled = isResampled
  }

  /// The same view, marked ``isAsShown`` if it turns the picture as its EXIF `orientation` does.
  package func shown(_ orientation: Orientation) -> View {
    var view = self
    view.isAsShown = orientation != .asStored && self.orientation == orientation
    return view
  }

  /// The same view with its round corners filled.
  var withFilledCorners: View {
    var view = self
    view.hasFilledCorners = true
    return view
  }

  /// The same view with its colours inverted.
  var inverted: View {
    var view = self
    view.isInverted.toggle()
    return view
  }

  /// The same view with its places in whole thousandths, as they are stored.
  var inThousandths: View {
    var view = self
    view.region = region.inThousandths
    view.extent = extent.inThousandths
    view.corners = corners?.inThousandths
    return view
  }

  /// The same view over a page.
  package func over(_ backdrop: Backdrop) -> View {
    var view = self
    view.backdrop = backdrop
    return view
  }

  /// How much is done to the picture; 0 is the plainest. Of equally near matches, the plainest view counts.
  package var plainness: Int {
    (region == .whole && corners == nil ? 0 : 16) + (extent == .whole ? 0 : 8)
      + (rotation == 0 ? 0 : 8) + (hasFilledCorners ? 8 : 0) + (isInverted ? 4 : 0)
      + (orientation == .asStored || isAsShown ? 0 : 2) + (isResampled ? 1 : 0)
      + Int(backdrop.rawValue)
  }
}

extension View: CustomStringConvertible {
  /// As in `mirrored`, `trimmed 0,12,100,88, extended -1.5,-1.5,101.5,101.5` or `rotated −2°`.
  public var description: String {
    var parts: [String] = []
    switch backdrop {
    case .none: break
    case .white: parts.append("as in a browser")
    case .black: parts.append("on a black page")
    }
    if region != .whole { parts.append("trimmed \(region.text)") }
    if let corners { parts.append("straightened \(corners.text)") }
    if rotation != 0 {
      let tenths = Int((abs(rotation) * 10).rounded())
      let size = tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
      parts.append("rotated \(rotation < 0 ? "−" : "")\(size)°")
    }
    if extent != .whole {
      parts.append("\(extent.isBeyond ? "extended" : "cut") \(extent.text)")
    }
    if hasFilledCorners { parts.append("corners filled") }
    if isAsShown {
      parts.append("as shown")
    } else if orientation != .asStored {
      parts.append(orientation.text)
    }
    if isInverted { parts.append("inverted") }
    return parts.isEmpty ? (isResampled ? "resampled" : "as stored") : parts.joined(separator: ", ")
  }
}

extension Orientation {
  fileprivate var text: String {
    switch self {
    case .asStored: "as stored"
    case .mirrored: "mirrored"
    case .turnedHalf: "turned half"
    case .flipped: "flipped"
    case .transposed: "transposed"
    case .turnedRight: "turned right"
    case .antitransposed: "antitransposed"
    case .turnedLeft: "turned left"
    }
  }
}
