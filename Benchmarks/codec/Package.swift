// swift-tools-version:6.2
import PackageDescription

/// The codec by itself: nothing of the product but the two modules it consists of, so that it builds in seconds.
///
/// A target may not lie outside its package: `Benchmarks/run codec` links the modules' sources to here first.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

let package = Package(
    name: "codec",
    targets: [
        .target(name: "JSONRPC", swiftSettings: settings),
        .target(name: "HAPI", dependencies: ["JSONRPC"], swiftSettings: settings),
        .executableTarget(name: "codec", dependencies: ["HAPI", "JSONRPC"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
