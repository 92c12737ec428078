public import PictureHashing

/// Whether pictures are decoded in programs of their own that can reach nothing.
public enum Confinement: String, Sendable, Hashable, CaseIterable {
  /// Fully confined; where that is not possible, it is an error.
  case required
  /// As far as this machine allows; in this process where it allows nothing.
  case bestEffort = "best-effort"
  /// In this process.
  case off
}

/// Why pictures cannot be decoded with the confinement that was required.
public struct ConfinementError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of trouble, stable names.
  public enum Code: String, Sendable, Hashable {
    /// The worker program is not where it should be.
    case noProgram = "no-program"
    /// The worker program does not start, or does not say that it has.
    case noStart = "no-start"
    /// The kernel does not let a worker give up all that it should.
    case notConfined = "not-confined"
  }

  /// What kind of trouble it is.
  public let code: Code
  /// A sentence for people.
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}

/// A fingerprinter, and how far its decoders are confined.
public struct ChosenFingerprinter: Sendable {
  /// The fingerprinter that decodes pictures.
  public let fingerprinter: any Fingerprinter
  /// How far decoders are confined; `nil` when they run in this process.
  public let level: ConfinementLevel?
  /// Why decoders are not fully confined; `nil` when they are, or when confinement is off.
  public let shortfall: String?

  /// Starts a worker to see what is possible.
  ///
  /// - Throws: ``ConfinementError`` when `confinement` is ``Confinement/required`` and is not possible.
  public init(
    _ confinement: Confinement, _ options: ConfinedFingerprinter.Options
  ) throws(ConfinementError) {
    guard confinement != .off else {
      (fingerprinter, level, shortfall) = (InProcessFingerprinter(), nil, nil)
      return
    }
    do throws(ConfinementError) {
      let confined = try ConfinedFingerprinter(options)
      guard confined.level.isFull || confinement == .bestEffort else {
        throw ConfinementError(
          .notConfined, "this machine confines decoders only in part: \(confined.level)")
      }
      (fingerprinter, level) = (confined, confined.level)
      shortfall = confined.level.isFull ? nil : "decoders are confined only in part"
    } catch {
      guard confinement == .bestEffort else { throw error }
      (fingerprinter, level) = (InProcessFingerprinter(), nil)
      shortfall = "decoders are not confined: \(error)"
    }
  }

  /// Whether pictures can be decoded; `false` while workers do not start.
  public var isAble: Bool { (fingerprinter as? ConfinedFingerprinter)?.isAble ?? true }

  /// As in `full (seccomp, landlock 7, limits)` or `none (in this process)`.
  public var levelText: String { level.map { "\($0)" } ?? "none (in this process)" }
}
