internal import CXML

/// Reads XML of any size piece by piece, through libxml2: elements and their text. It never uses the network,
/// and refuses a document type, so there are no entities but the five that XML predefines.
final class XMLStream {
  /// The maximum depth of nested elements.
  static let deepest = 64
  /// The maximum length of an element's text, in bytes.
  private static let longestText = 1 << 16

  struct Failure: Error {
    let reason: String
  }

  enum Event {
    /// Name without prefix, and attributes.
    case start(String, [String: String])
    /// The element's own text, without blanks around it and without the text of elements inside it.
    case end(String, text: String)
  }

  private let onEvent: (Event) -> Void
  private var context: xmlParserCtxtPtr?
  private var failure: Failure?
  private var texts: [[UInt8]] = []

  /// - Parameter onEvent: Takes the events, in the order of the text.
  init(_ onEvent: @escaping (Event) -> Void) { self.onEvent = onEvent }

  deinit {
    if let context { xmlFreeParserCtxt(context) }
  }

  func read(_ bytes: Span<UInt8>) throws(Failure) {
    if context == nil {
      var handler = Self.handler
      // The stream outlives its parser, which is freed in `deinit`; libxml2 copies the handler.
      context = xmlCreatePushParserCtxt(
        &handler, Unmanaged.passUnretained(self).toOpaque(), nil, 0, nil)
      if let context { xmlCtxtUseOptions(context, Int32(XML_PARSE_NONET.rawValue)) }
    }
    guard let context else { throw Failure(reason: "no memory") }
    let status = bytes.withUnsafeBytes { bytes in
      xmlParseChunk(
        context, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), 0)
    }
    try check(status, context)
  }

  /// To be called at the end of the text.
  func finish() throws(Failure) {
    guard let context else { throw Failure(reason: "no XML") }
    try check(xmlParseChunk(context, nil, 0, 1), context)
  }

  private func check(_ status: Int32, _ context: xmlParserCtxtPtr) throws(Failure) {
    if let failure { throw failure }
    guard status != 0 else { return }
    let error = xmlCtxtGetLastError(context)
    let message = error.flatMap { $0.pointee.message }.map { String(cString: $0) } ?? "no XML"
    throw Failure(reason: message.split(separator: "\n").first.map(String.init) ?? "no XML")
  }

  // MARK: What libxml2 reports

  private func stop(_ reason: String) {
    failure = failure ?? Failure(reason: reason)
    if let context { xmlStopParser(context) }
  }

  private func start(_ name: String, _ attributes: [String: String]) {
    guard failure == nil else { return }
    guard texts.count < Self.deepest else { return stop("nested more than \(Self.deepest) deep") }
    texts.append([])
    onEvent(.start(name, attributes))
  }

  private func end(_ name: String) {
    guard failure == nil, let bytes = texts.popLast() else { return }
    let isBlank = { (byte: UInt8) in byte <= 0x20 }
    let text = bytes.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
    onEvent(.end(name, text: String(decoding: Array(text), as: UTF8.self)))
  }

  private func take(_ text: UnsafeBufferPointer<UInt8>) {
    guard failure == nil, !texts.isEmpty else { return }
    guard texts[texts.count - 1].count + text.count <= Self.longestText else {
      return stop("a text of more than \(Self.longestText) bytes")
    }
    texts[texts.count - 1].append(contentsOf: text)
  }

  // MARK: libxml2's table of callbacks

  private static var handler: xmlSAXHandler {
    var handler = xmlSAXHandler()
    handler.initialized = UInt32(XML_SAX2_MAGIC)
    handler.internalSubset = { context, _, _, _ in
      XMLStream.stream(of: context)?.stop("a document type is not allowed in a list")
    }
    handler.startElementNs = { context, name, _, _, _, _, count, _, attributes in
      guard let name else { return }
      XMLStream.stream(of: context)?.start(
        String(cString: name), XMLStream.attributes(attributes, count: Int(count)))
    }
    handler.endElementNs = { context, name, _, _ in
      guard let name else { return }
      XMLStream.stream(of: context)?.end(String(cString: name))
    }
    handler.characters = { context, text, count in
      XMLStream.stream(of: context)?.take(UnsafeBufferPointer(start: text, count: Int(count)))
    }
    handler.cdataBlock = handler.characters
    // Errors are checked after each piece; this keeps libxml2 from printing them.
    handler.serror = { _, _ in }
    return handler
  }

  /// Five pointers an attribute: name, prefix, namespace, and where its value begins and ends.
  private static func attributes(
    _ pointers: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, count: Int
  ) -> [String: String] {
    guard let pointers else { return [:] }
    var attributes: [String: String] = [:]
    for index in 0..<count {
      guard let name = pointers[5 * index], let start = pointers[5 * index + 3],
        let end = pointers[5 * index + 4], end - start <= longestText
      else { continue }
      attributes[String(cString: name)] = String(
        decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self)
    }
    return attributes
  }

  /// The stream that a parser was made for, which lives as long as the parser.
  private static func stream(of context: UnsafeMutableRawPointer?) -> XMLStream? {
    context.map { Unmanaged<XMLStream>.fromOpaque($0).takeUnretainedValue() }
  }
}
