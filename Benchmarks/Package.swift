// swift-tools-version: 6.2
import PackageDescription

// A package of its own: what only the benchmarks need does not burden the product.
let package = Package(
  name: "Benchmarks",
  dependencies: [
    .package(name: "hashscan", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
  ],
  targets: [
    .target(
      name: "CPeers",
      linkerSettings: [
        .linkedLibrary("jpeg"), .linkedLibrary("png"), .linkedLibrary("webp"),
        .linkedLibrary("gif"),
      ]),
    .executableTarget(
      name: "hash-bench",
      dependencies: [
        "CPeers",
        .product(name: "HashEngine", package: "hashscan"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .executableTarget(
      name: "index-bench",
      dependencies: [
        "CPeers",
        .product(name: "HashEngine", package: "hashscan"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .executableTarget(
      name: "hashd-load",
      dependencies: [
        .product(name: "HashEngine", package: "hashscan"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
