import Foundation
import SystemPackage
import TestSupport
import Testing

/// The clients in `Examples/` against a real daemon.
@Suite struct ExamplesTests {
  @Test func everyExampleDoesWhatItSays() throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", TestFiles.root.appending("Examples/test_examples.py").string,
      DaemonProcess.programs.appending(path: "hashd").path,
      DaemonProcess.programs.appending(path: "hashscan").path, TestFiles.fixtures.string,
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(String(decoding: output, as: UTF8.self))")
  }
}
