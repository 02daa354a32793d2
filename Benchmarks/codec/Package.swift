// swift-tools-version:6.2
import PackageDescription

/// The codec by itself: nothing of the product but the two modules it consists of, so that it builds in seconds.
let settings: [SwiftSetting] = [.enableExperimentalFeature("Lifetimes")]
let upcoming: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "codec",
    targets: [
        .target(name: "JSONRPC", swiftSettings: settings + upcoming),
        .target(name: "HAPI", dependencies: ["JSONRPC"], swiftSettings: settings + upcoming),
        .executableTarget(name: "codec", dependencies: ["HAPI", "JSONRPC"], swiftSettings: settings + upcoming),
    ],
    swiftLanguageModes: [.v6]
)
