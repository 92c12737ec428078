/// One of the eight ways a picture can be turned and mirrored, by what must be done to the stored
/// pixels to show it. The numbers are EXIF's.
public enum Orientation: Int, Sendable, Hashable, CaseIterable, Codable {
  /// EXIF's 1: not turned.
  case asStored = 1
  /// Left and right exchanged.
  case mirrored = 2
  /// Upside down, not mirrored.
  case turnedHalf = 3
  /// Top and bottom exchanged.
  case flipped = 4
  /// Rows and columns exchanged.
  case transposed = 5
  /// A quarter turn clockwise.
  case turnedRight = 6
  /// Rows and columns exchanged, and both reversed.
  case antitransposed = 7
  /// A quarter turn counterclockwise.
  case turnedLeft = 8
}
