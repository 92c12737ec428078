import Foundation
import HashEngine
import SystemPackage
import TestSupport
import Testing

/// The requests that upload servers send, over a real socket.
@Suite struct MatchTests {
  private let daemon: DaemonProcess

  init() throws {
    daemon = try DaemonProcess(["path_root=\(TestFiles.fixtures)"])
  }

  @Test func aListedPictureIsAMatchWithAllThatIsKnown() throws {
    let reply = try daemon.post(
      "/v1/match?uploader=u-1&reference=a%2Fb",
      try DaemonProcess.upload("2026/10/aurora-recompressed.jpg"))
    #expect(reply.status == 200)
    #expect(reply.json["verdict"] as? String == "match")
    #expect(reply.json["action"] as? String == "block")
    #expect(reply.json["uploader"] as? String == "u-1")
    #expect(reply.json["reference"] as? String == "a/b")
    let match = try #require((reply.json["matches"] as? [[String: Any]])?.first)
    #expect(match["list"] as? String == "demo")
    #expect(match["entry"] as? String == "case-1")
    #expect(match["kind"] as? String == "pdq")
    #expect((match["distance"] as? Int).map { (0...31).contains($0) } == true)
    #expect(match["radius"] as? Int == 31)
    let lists = try #require(reply.json["lists"] as? [[String: Any]])
    #expect(lists.map { $0["serial"] as? Int } == [1])
    #expect((reply.json["picture"] as? [String: Any])?["format"] as? String == "jpeg")
  }

  @Test func aStrangerIsNone() throws {
    let reply = try daemon.post("/v1/match", try DaemonProcess.upload("glacier.jpg"))
    #expect(reply.status == 200)
    #expect(reply.json["verdict"] as? String == "no_match")
    #expect(reply.json["action"] as? String == "allow")
  }

  /// Never 200, so that no client can take it for clean.
  @Test(arguments: [
    ("broken/cut-off.jpg", 422, "truncated"), ("broken/a-text.jpg", 415, "not-an-image"),
  ])
  func whatIsNotScannedIsAnError(_ expected: (name: String, status: Int, code: String)) throws {
    let reply = try daemon.post("/v1/match", try DaemonProcess.upload(expected.name))
    #expect(reply.status == expected.status)
    #expect(reply.errorCode == expected.code)
    #expect(reply.json["request_id"] is String)
  }

  @Test func gatesThatReadTheStatusOnlyGetOne() throws {
    let listed = try DaemonProcess.upload("2026/10/aurora-recompressed.jpg")
    #expect(try daemon.post("/v1/match?on_match=403", listed).status == 403)
    #expect(try daemon.post("/v1/match?on_match=451", listed).status == 451)
    #expect(try daemon.post("/v1/match?on_review=403", listed).status == 200)
    #expect(try daemon.post("/v1/match?on_match=200", listed).errorCode == "bad-request")
  }

  /// In the views that the list asks for, or the request.
  @Test(arguments: [
    ("mirrored", "", "mirrored"), ("bordered", "", "trimmed 4.3,5.6,95.7,94.4"),
    ("bordered", "?effort=exact", nil), ("rotated", "", nil),
    ("rotated", "?effort=thorough", "rotated 2.5°"), ("cropped-1", "?effort=exact", "as stored"),
  ])
  func editedCopiesMatchInTheirView(
    _ expected: (name: String, query: String, view: String?)
  ) throws {
    let path = TestFiles.fixtures.appending("edited/\(expected.name).jpg")
    let reply = try daemon.post("/v1/match\(expected.query)", try TestFiles.bytes(of: path))
    #expect(reply.status == 200)
    let matches = try #require(reply.json["matches"] as? [[String: Any]])
    #expect(matches.first?["view"] as? String == expected.view)
    let asked = try #require(reply.json["hashes_asked"] as? Int)
    #expect(expected.query == "?effort=exact" ? asked == 1 : asked > 1)
  }

  @Test(arguments: [
    ("/v1/match?lists=demo,other", 404, "unknown-list"),
    ("/v1/match?effort=much", 400, "bad-request"),
    ("/v1/match?list=demo", 400, "bad-request"),
    ("/v1/match?kinds=pdq,tlsh", 400, "bad-request"),
    ("/v1/match?lists=demo&lists=demo", 400, "bad-request"), ("/v2/match", 404, "not-found"),
  ])
  func whatIsAskedForWronglyIsNotPassedOver(
    _ expected: (target: String, status: Int, code: String)
  ) throws {
    let reply = try daemon.post(expected.target, try DaemonProcess.upload("glacier.jpg"))
    #expect(reply.status == expected.status)
    #expect(reply.errorCode == expected.code)
  }

  @Test func aWrongMethodIsToldTheRightOne() throws {
    let reply = try daemon.get("/v1/match")
    #expect(reply.status == 405)
    #expect(reply.headers["allow"] == "POST")
  }

  @Test(arguments: [
    ("uploads/2026/10/aurora-recompressed.jpg", 200, nil), ("../README.md", 403, "outside-root"),
    ("/etc/passwd", 403, "outside-root"), ("uploads", 422, "not-a-file"),
    ("uploads/none.jpg", 404, "not-found"), ("", 400, "bad-request"),
  ])
  func pathsStayWithinTheirFolder(_ expected: (path: String, status: Int, code: String?)) throws {
    let reply = try daemon.post(
      "/v1/match", Array("{\"path\": \"\(expected.path)\"}".utf8),
      headers: ["Content-Type": "application/json"])
    #expect(reply.status == expected.status)
    #expect(reply.errorCode == expected.code)
  }

  @Test func linksAndPipesAreNoPictures() throws {
    let folder = try TemporaryFolder()
    try folder.write(try DaemonProcess.upload("glacier.jpg"), to: "inside.jpg")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link.jpg").string, withDestinationPath: "inside.jpg")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("folder").string, withDestinationPath: ".")
    mkfifo(folder.path("pipe.jpg").string, 0o600)
    let daemon = try DaemonProcess(["path_root=\(folder.path)"])
    let expected = [
      "inside.jpg": 200, "link.jpg": 403, "folder/inside.jpg": 403, "pipe.jpg": 422,
    ]
    for (path, status) in expected {
      let reply = try daemon.post(
        "/v1/match", Array("{\"path\": \"\(path)\"}".utf8),
        headers: ["Content-Type": "application/json"])
      #expect(reply.status == status, "\(path)")
    }
  }

  @Test func hashesAreLookedUpTogether() throws {
    let hash = try daemon.post(
      "/v1/hash", try DaemonProcess.upload("2026/10/aurora-recompressed.jpg"))
    let pdq = try #require((hash.json["frames"] as? [[String: Any]])?.first?["pdq"] as? String)
    let flat = String(repeating: "0", count: 64)
    let far = String(repeating: "5a", count: 32)
    let reply = try daemon.post(
      "/v1/lookup", Array("{\"hashes\": [\"pdq:\(pdq)\", \"pdq:\(far)\", \"pdq:\(flat)\"]}".utf8))
    #expect(reply.status == 200)
    let results = try #require(reply.json["results"] as? [[String: Any]])
    #expect(results.map { $0["verdict"] as? String } == ["match", "no_match", "no_match"])
    #expect(results.map { $0["degenerate"] as? Bool } == [nil, nil, true])
  }

  @Test(arguments: [
    "{}", "[]", "nonsense", "{\"hashes\": [1]}", "{\"hashes\": [\"pdq:00\"]}",
    "{\"hashes\": [\"\(String(repeating: "a", count: 64))\"]}", "{\"kind\": \"x\", \"hashes\": []}",
  ])
  func hashesThatAreNoneAreRefused(_ body: String) throws {
    let reply = try daemon.post("/v1/lookup", Array(body.utf8))
    #expect(reply.status == 400)
    #expect(reply.errorCode == "bad-request")
  }

  /// A gate decides what it lets through although it was not scanned; a match is a match all the same.
  @Test(arguments: [
    ("broken/a-text.jpg", "on_unsupported=204", 204),
    ("broken/a-text.jpg", "on_not_scanned=204", 204),
    ("broken/cut-off.jpg", "on_unsupported=204", 422),
    ("broken/cut-off.jpg", "on_not_scanned=204", 204),
    ("glacier.jpg", "on_not_scanned=204", 200), ("broken/cut-off.jpg", "on_not_scanned=200", 400),
    ("2026/10/aurora-recompressed.jpg", "on_not_scanned=204&on_match=451", 451),
  ])
  func gatesLetThroughWhatTheyWant(_ name: String, _ query: String, _ status: Int) throws {
    let reply = try daemon.post("/v1/match?\(query)", try DaemonProcess.upload(name))
    #expect(reply.status == status)
    #expect((reply.headers["x-not-scanned"] != nil) == (status == 204))
    #expect(status != 204 || reply.body.isEmpty)
  }

  @Test func nothingIsLetThroughWhereNothingIsInForce() throws {
    let daemon = try DaemonProcess(list: false)
    for query in ["on_not_scanned=204", "on_unsupported=204&on_not_scanned=204"] {
      let reply = try daemon.post(
        "/v1/match?\(query)", try DaemonProcess.upload("broken/cut-off.jpg"))
      #expect(reply.status == 503)
    }
  }

  @Test func tooLargeIsLetThroughOnlyIfWanted() throws {
    let daemon = try DaemonProcess(["limits.body=1KiB"])
    let picture = try DaemonProcess.upload("glacier.jpg")
    #expect(try daemon.post("/v1/match", picture).status == 413)
    #expect(try daemon.post("/v1/match?on_unsupported=204", picture).status == 413)
    let reply = try daemon.post("/v1/match?on_not_scanned=204", picture)
    #expect(reply.status == 204 && reply.headers["x-not-scanned"] == "too-large")
  }

  @Test func aFormWithOneFileIsThatFile() throws {
    let picture = try DaemonProcess.upload("2026/10/aurora-recompressed.jpg")
    let head = "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.jpg\"\r\n\r\n"
    let type = ["Content-Type": "multipart/form-data; boundary=x"]
    let form = Array(head.utf8) + picture + Array("\r\n--x--\r\n".utf8)
    let reply = try daemon.post("/v1/match", form, headers: type)
    #expect(reply.status == 200 && reply.json["verdict"] as? String == "match")
    #expect(try daemon.post("/v1/hash", form, headers: type).status == 200)
    let two =
      Array(head.utf8) + picture + Array(("\r\n" + head).utf8) + picture
      + Array("\r\n--x--\r\n".utf8)
    for (body, type) in [
      (two, "multipart/form-data; boundary=x"),
      (Array(form.dropLast(4)), "multipart/form-data; boundary=x"),
      (form, "multipart/form-data"), (form, "multipart/form-data; boundary=y"),
      (form, "multipart/mixed; boundary=x"),
    ] {
      for gate in ["", "?on_not_scanned=204"] {
        let reply = try daemon.post("/v1/match\(gate)", body, headers: ["Content-Type": type])
        #expect(reply.status == 400 && reply.errorCode == "bad-request")
      }
    }
  }

  @Test func aPlusIsABlank() throws {
    let picture = try DaemonProcess.upload("glacier.jpg")
    let reply = try daemon.post("/v1/match?uploader=a+b%2Bc%20d", picture)
    #expect(reply.json["uploader"] as? String == "a b+c d")
    #expect(try daemon.post("/v1/match?uploader=a&uploader=b", picture).status == 400)
    #expect(try daemon.post("/v1/match?", picture).status == 200)
  }

  @Test func withoutAListNothingIsScanned() throws {
    let daemon = try DaemonProcess(list: false)
    let reply = try daemon.post("/v1/match", try DaemonProcess.upload("glacier.jpg"))
    #expect(reply.status == 503)
    #expect(reply.errorCode == "no-lists")
    #expect(try daemon.get("/v1/health/live").status == 200)
    #expect(try daemon.get("/v1/health/ready").status == 503)
  }
}
