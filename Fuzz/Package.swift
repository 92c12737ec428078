// swift-tools-version: 6.2
import PackageDescription

// A package of its own: libFuzzer's flags are no part of the product. `make fuzz` builds and runs it.
let package = Package(
  name: "Fuzz",
  dependencies: [
    .package(name: "hashscan", path: ".."),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
  ],
  targets: [
    .executableTarget(
      name: "fuzz",
      dependencies: [
        .product(name: "HashEngine", package: "hashscan"),
        .product(name: "PictureHashing", package: "hashscan"),
        .product(name: "WorkerCodecs", package: "hashscan"),
      ],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])])
  ],
  swiftLanguageModes: [.v6]
)
