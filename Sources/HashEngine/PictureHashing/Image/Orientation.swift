/// One of the eight ways a picture can be turned and mirrored, by what must be done to the stored
/// pixels to show it. The numbers are EXIF's.
public enum Orientation: Int, Sendable, Hashable, CaseIterable, Codable {
  case asStored = 1
  /// Left and right exchanged.
  case mirrored = 2
  case turnedHalf = 3
  /// Top and bottom exchanged.
  case flipped = 4
  /// Rows and columns exchanged.
  case transposed = 5
  case turnedRight = 6
  /// Rows and columns exchanged, and both reversed.
  case antitransposed = 7
  case turnedLeft = 8
}
