import HashEngine
import Synchronization

/// The settings that count now. Some can be changed while the daemon runs; the others are those of its start.
final class SettingsInForce: Sendable {
  /// What reading the settings again led to.
  struct Rereading {
    /// The settings that have a new value now.
    var changed: [SettingKey] = []
    /// Those whose new value counts when the daemon is started next.
    var waiting: [SettingKey] = []
  }

  private struct State {
    var settings: Settings
    var root: PathRoot?
    var texts: [SettingKey: String]
  }

  private let state: Mutex<State>

  /// - Parameter source: Where they were read from; `nil` where they are never read again.
  /// - Throws: ``StartError`` when the folder of `path_root` cannot be opened.
  init(_ settings: Settings, from source: SettingsSource? = nil) throws(StartError) {
    let root = try settings.pathRoot.map { path throws(StartError) in try PathRoot(path) }
    state = Mutex(
      State(settings: settings, root: root, texts: source.map { Self.texts(of: $0) } ?? [:]))
  }

  var current: Settings { state.withLock { $0.settings } }

  /// The folder whose files may be scanned by path.
  var root: PathRoot? { state.withLock { $0.root } }

  /// Takes over what can be changed of new settings.
  ///
  /// - Throws: ``StartError`` when the folder of `path_root` cannot be opened; nothing is changed then.
  func take(_ new: Settings, from source: SettingsSource) throws(StartError) -> Rereading {
    let root = try new.pathRoot.map { path throws(StartError) in try PathRoot(path) }
    let texts = Self.texts(of: source)
    return state.withLock { state in
      let different = SettingKey.allCases.filter { texts[$0] != state.texts[$0] }
      // A picture that is larger than all bodies together may be would never be received.
      let isTooLarge = new.maximumBodyBytes > state.settings.maximumBytesInFlight
      func isTaken(_ key: SettingKey) -> Bool {
        key.isRereadable && !(key == .limitsBody && isTooLarge)
      }
      state.settings.takeRereadable(from: new, withBody: !isTooLarge)
      state.root = root
      for key in different where isTaken(key) { state.texts[key] = texts[key] }
      return Rereading(
        changed: different.filter(isTaken), waiting: different.filter { !isTaken($0) })
    }
  }

  private static func texts(of source: SettingsSource) -> [SettingKey: String] {
    var texts: [SettingKey: String] = [:]
    for key in SettingKey.allCases { texts[key] = source.value(of: key)?.text }
    return texts
  }
}

extension Settings {
  /// Takes over the values of the keys that ``SettingKey/isRereadable`` names.
  fileprivate mutating func takeRereadable(from new: Settings, withBody: Bool) {
    hosts = new.hosts
    writers = new.writers
    readers = new.readers
    pathRoot = new.pathRoot
    trailingData = new.trailingData
    if withBody {
      maximumBodyBytes = new.maximumBodyBytes
      decoding.bytes = new.decoding.bytes
    }
    maximumImportBytes = new.maximumImportBytes
    decoding.pixels = new.decoding.pixels
    decoding.frames = new.decoding.frames
    pictureTime = new.pictureTime
    timeouts.header = new.timeouts.header
    timeouts.body = new.timeouts.body
    timeouts.write = new.timeouts.write
    timeouts.request = new.timeouts.request
    logFile = new.logFile
    logFormat = new.logFormat
    logLevel = new.logLevel
  }
}
