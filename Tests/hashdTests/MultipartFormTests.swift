import TestSupport
import Testing

@testable import hashd

/// Which forms are taken, and that no form is taken for two things.
@Suite struct MultipartFormTests {
  private func file(
    _ body: String, boundary: String = "b"
  ) throws(MultipartForm.Refusal) -> String {
    let bytes = Array(body.utf8)
    return String(
      decoding: bytes[try MultipartForm.file(in: bytes, boundary: Array(boundary.utf8))],
      as: UTF8.self)
  }

  private static let head =
    "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.jpg\"\r\n"

  @Test(arguments: [
    head + "\r\nBYTES\r\n--b--\r\n",
    head + "\r\nBYTES\r\n--b--",
    head + "Content-Type: image/jpeg\r\n\r\nBYTES\r\n--b--\r\n",
    "--b\r\ncontent-disposition:form-data;filename=x;name=f\r\n\r\nBYTES\r\n--b--\r\n",
    "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"é =;b.jpg\"; filename*=UTF-8''e.jpg\r\n\r\nBYTES\r\n--b--\r\n",
    "--b\r\nContent-Disposition: form-data; name=f; filename*=UTF-8''x\r\n\r\nBYTES\r\n--b--\r\n",
    "--b\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\ntext\r\n" + head
      + "\r\nBYTES\r\n--b--\r\n",
    head + "\r\nBYTES\r\n--b\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\n\r\n--b--\r\n",
  ])
  func theFileIsFound(_ form: String) throws { #expect(try file(form) == "BYTES") }

  @Test func bytesLikeABoundaryStayInTheFile() throws {
    let content = "x--b\n\r\n--\r\n-b\r\n\r\n--a--"
    #expect(try file(Self.head + "\r\n" + content + "\r\n--b--") == content)
    #expect(try file(Self.head + "\r\n\r\n--b--") == "")
  }

  @Test(arguments: [
    "", "--b", "--b--", "--b\r\n", "preamble\r\n" + head + "\r\nBYTES\r\n--b--",
    head + "\r\nBYTES", head + "\r\nBYTES\r\n--b", head + "\r\nBYTES\r\n--b-",
    head + "\r\nBYTES\r\n--bb--", head + "\r\nBYTES\r\n--b \r\n",
    head + "\r\nBYTES\r\n--b--\r\nmore", head.replacing("\r\n", with: "\n") + "\nBYTES\n--b--\n",
    head + "\r\nBYTES\r\n" + head + "\r\nBYTES\r\n--b--",
    head + "Content-Disposition: form-data; name=g\r\n\r\nBYTES\r\n--b--",
    head + "Content-Transfer-Encoding: base64\r\n\r\nQllURVM=\r\n--b--",
    head + "no header\r\n\r\nBYTES\r\n--b--",
    "--b\r\nContent-Disposition: attachment; filename=x\r\n\r\nBYTES\r\n--b--",
    "--b\r\nContent-Type: image/jpeg\r\n\r\nBYTES\r\n--b--",
    "--b\r\nContent-Disposition: form-data; name=\"t\"\r\n\r\nno file\r\n--b--",
    // Each of these is another file to some other program.
    "--b\r\nContent-Disposition: form-data; name=t\r\nContent-Type: application/octet-stream\r\n\r\nE\r\n"
      + head
      + "\r\nC\r\n--b--",
    head
      + "\r\nCLEAN\n--b\r\nContent-Disposition: form-data; name=f; filename=e\r\n\r\nEVIL\r\n--b--",
    head
      + "\r\nCLEAN\r--b\r\nContent-Disposition: form-data; name=f; filename=e\r\n\r\nEVIL\r\n--b--",
    head + "\r\n--b\nCLEAN\r\n--b--", head + "\r\n\r\n\r--b\r\n--b--",
    "--b\r\nContent-Disposition: form-data; name=\"t\";\r\n filename=\"e:x\"\r\n\r\nEVIL\r\n" + head
      + "\r\nC\r\n--b--",
    "--b\r\nContent-Disposition: form-data; name=\"x\\\";q=\"; filename=\"e\"\r\n\r\nEVIL\r\n"
      + head + "\r\nC\r\n--b--",
    "--b\r\nContent-Disposition: form-data; name=t; filename=\u{301}e\r\n\r\nEVIL\r\n"
      + head.replacing("name=\"f\"", with: "name=\u{301}f") + "\r\nC\r\n--b--",
    head.replacing("filename", with: "filename*0") + "\r\nEVIL\r\n" + head + "\r\nC\r\n--b--",
    head + "Content-Type: image/webp; name=e\r\n\r\nEVIL\r\n--b--",
    head + "Content-Type: multipart/mixed; boundary=c\r\n\r\nEVIL\r\n--b--",
    head + "Content-Disposition : form-data; name=f\r\n\r\nEVIL\r\n--b--",
    head + " folded\r\n\r\nEVIL\r\n--b--",
    head + "Content-Transfer-Encoding : binary\r\n\r\nB\r\n--b--",
    head.replacing("; filename", with: "; name=g; filename") + "\r\nEVIL\r\n--b--",
    head.replacing("; filename", with: "; x=y; filename") + "\r\nEVIL\r\n--b--",
    head.replacing("; filename", with: ", filename") + "\r\nEVIL\r\n--b--",
  ])
  func whatIsUnclearIsRefused(_ form: String) {
    #expect(throws: MultipartForm.Refusal.self) { try file(form) }
  }

  @Test(arguments: [
    ("multipart/form-data; boundary=b", "b"),
    ("Multipart/Form-Data; Boundary=\"a-b\"", "a-b"),
    ("multipart/form-data; charset=x; boundary=b", nil),
    ("multipart/form-data; xboundary=c; boundary=b", nil),
    ("multipart/form-data; boundary=B,A", nil), ("multipart/form-data; boundary=\"a b\"", nil),
    ("multipart/form-data; boundary=b; boundary*=c", nil),
    ("multipart/form-dataX; boundary=b", nil),
    ("multipart/form-data; boundary=\"a\\b\"", nil), ("multipart/mixed; boundary=b", nil),
    ("multipart/form-data;boundary=----WebKit", "----WebKit"), ("multipart/form-data", nil),
    ("multipart/form-data; boundary=a; boundary=b", nil), ("multipart/form-data; boundary=", nil),
    ("multipart/form-data; boundary=\"a \"", nil),
  ])
  func theBoundaryIsRead(_ type: String, _ expected: String?) {
    #expect(
      MultipartForm.boundary(in: type).map { String(decoding: $0, as: UTF8.self) } == expected)
  }

  /// Every form that a client makes is read as it was made, whatever bytes are in the file.
  @Test func whatIsMadeIsRead() throws {
    var random = SeededGenerator(seed: 17)
    let letters = Array("\r\n-b:;\" ".utf8)
    for _ in 0..<2000 {
      let content = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
        letters.randomElement(using: &random) ?? 0
      }
      let bare = Array("--b".utf8)
      guard (Array("\r\n".utf8) + content).firstRange(of: bare) == nil else { continue }
      let body = Array((Self.head + "\r\n").utf8) + content + Array("\r\n--b--\r\n".utf8)
      let range = try MultipartForm.file(in: body, boundary: Array("b".utf8))
      #expect(Array(body[range]) == content)
    }
  }

  /// No bytes at all end the program, and what is taken lies within the body.
  @Test func noBytesAreTooMuch() {
    var random = SeededGenerator(seed: 18)
    let pieces = [
      Self.head, "\r\n", "--b", "--", "\r\n\r\n", "BYTES", "\n", ";", "filename", "=", "\"", ":",
      "Content-Disposition: form-data", "\u{0}", "é",
    ]
    for _ in 0..<20_000 {
      let body = Array(
        (0..<Int.random(in: 0..<12, using: &random)).map { _ in
          pieces.randomElement(using: &random) ?? ""
        }.joined().utf8)
      if let range = try? MultipartForm.file(in: body, boundary: Array("b".utf8)) {
        #expect(body.indices.lowerBound <= range.lowerBound && range.upperBound <= body.count)
      }
    }
  }
}
