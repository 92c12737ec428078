#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// JSON as it is stored and printed: keys in order, one line.
package enum JSONText {
  package static func encode(_ value: some Encodable) throws(StorageError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(value))
    } catch {
      throw StorageError(.failed, "a record that cannot be written as JSON: \(error)")
    }
  }

  static func decode<Value: Decodable>(_: Value.Type, _ bytes: RawSpan) -> Value? {
    let data = bytes.withUnsafeBytes { Data($0) }
    return try? JSONDecoder().decode(Value.self, from: data)
  }
}
