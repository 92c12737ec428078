// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target of ours.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// Settings of our C targets. Contraction off: a fused multiply-add would change hash bits.
let c: [CSetting] = [
  .enableWarning("all"),
  .enableWarning("extra"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "hashscan",
  products: [
    .library(name: "HashEngine", targets: ["HashEngine"]),
    .library(name: "PictureHashing", targets: ["PictureHashing"]),
    .library(name: "WorkerCodecs", targets: ["WorkerCodecs"]),
    .executable(name: "hashscan", targets: ["hashscan"]),
    .executable(name: "hashd", targets: ["hashd"]),
    .executable(name: "hashworker", targets: ["hashworker"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // C: what Swift cannot call itself (setjmp, per-function CPU targets), and nothing more.
    .target(
      name: "CJPEG", dependencies: ["CLibJPEG"], cSettings: c),
    .target(
      name: "CPNG", dependencies: ["CLibPNG"], cSettings: c,
      linkerSettings: [.linkedLibrary("z")]),
    .target(
      name: "CKernels", cSettings: c),
    .target(
      name: "CLinux", cSettings: c),
    .systemLibrary(name: "CLibJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
      name: "CWebP", pkgConfig: "libwebpdemux", providers: [.apt(["libwebp-dev"])]),
    .systemLibrary(name: "CHEIF", pkgConfig: "libheif", providers: [.apt(["libheif-dev"])]),
    .systemLibrary(name: "CDAV1D", pkgConfig: "dav1d", providers: [.apt(["libdav1d-dev"])]),
    // Without its pkg-config file, whose flags the package manager refuses.
    .systemLibrary(name: "CJXL", providers: [.apt(["libjxl-dev"])]),
    .systemLibrary(name: "CTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"])]),
    .systemLibrary(name: "CLCMS", pkgConfig: "lcms2", providers: [.apt(["liblcms2-dev"])]),
    .systemLibrary(name: "CGIF", pkgConfig: "libgif", providers: [.apt(["libgif-dev"])]),
    .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
    .systemLibrary(name: "CYAJL", pkgConfig: "yajl", providers: [.apt(["libyajl-dev"])]),
    .systemLibrary(name: "CXML", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),

    // Bytes in, fingerprint out: all that reads a picture's bytes, and nothing that reads a list's.
    .target(
      name: "PictureHashing",
      dependencies: [
        "CJPEG", "CPNG", "CWebP", "CGIF", "CLCMS", "CKernels",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      path: "Sources/HashEngine/PictureHashing",
      // A reader cannot outlive the bytes that it reads: the compiler sees to that.
      swiftSettings: strict + [.enableExperimentalFeature("Lifetimes")]),
    .target(
      name: "HashEngine",
      dependencies: [
        "PictureHashing", "CLMDB", "CYAJL", "CXML", "CKernels", "CLinux",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      exclude: ["PictureHashing"],
      // Tables of a transaction cannot outlive it: the compiler sees to that.
      swiftSettings: strict + [.enableExperimentalFeature("Lifetimes")]),
    // Linked into the worker only: large libraries, some of which bring code under the GPL.
    .target(
      name: "WorkerCodecs",
      dependencies: ["PictureHashing", "CDAV1D", "CHEIF", "CJXL", "CTIFF"],
      swiftSettings: strict),
    .executableTarget(
      name: "hashworker",
      dependencies: ["PictureHashing", "WorkerCodecs", "CLinux"],
      swiftSettings: strict + [.enableExperimentalFeature("Lifetimes")]),
    .executableTarget(
      name: "hashscan",
      dependencies: [
        "HashEngine", "CLinux",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      resources: [.embedInCode("Report/report.html")],
      swiftSettings: strict),
    .executableTarget(
      name: "hashd",
      dependencies: [
        "HashEngine",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        "CLinux",
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOExtras", package: "swift-nio-extras"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        .product(name: "Yams", package: "Yams"),
      ],
      resources: [.embedInCode("openapi.json")],
      swiftSettings: strict),

    .target(
      name: "TestSupport",
      dependencies: [
        "PictureHashing", .product(name: "SystemPackage", package: "swift-system"),
      ],
      path: "Tests/TestSupport", swiftSettings: strict),
    .testTarget(
      name: "PictureHashingTests",
      dependencies: [
        "PictureHashing", "TestSupport", "CKernels",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "HashEngineTests",
      dependencies: [
        "HashEngine", "hashworker", "TestSupport", "CKernels",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "hashscanTests",
      dependencies: [
        "hashscan", "hashworker", "HashEngine", "TestSupport",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "hashdTests",
      dependencies: [
        "hashd", "hashscan", "hashworker", "HashEngine", "TestSupport",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
