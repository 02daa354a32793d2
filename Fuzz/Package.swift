// swift-tools-version:6.2
import PackageDescription

/// The programs that the script `run` builds with libFuzzer and the address sanitizer, after it has linked the modules' sources to here.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

let package = Package(
    name: "fuzz",
    targets: [
        .target(name: "JSONRPC", swiftSettings: settings),
        .target(name: "HAPI", dependencies: ["JSONRPC"], swiftSettings: settings),
        .target(name: "LibFuzzer", swiftSettings: settings),
        .executableTarget(name: "FuzzReader", dependencies: ["JSONRPC", "LibFuzzer"], swiftSettings: settings),
        .executableTarget(name: "FuzzMessage", dependencies: ["JSONRPC", "LibFuzzer"], swiftSettings: settings),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl"),
        .target(name: "Escaping", swiftSettings: settings),
        .target(name: "Enrolment", dependencies: ["JSONRPC"], swiftSettings: settings),
        .target(
            name: "CertificateAuthority",
            dependencies: ["COpenSSL", "Enrolment", "Escaping"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "FuzzCertificates",
            dependencies: ["CertificateAuthority", "LibFuzzer"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "FuzzEnrolment",
            dependencies: ["CertificateAuthority", "Enrolment", "JSONRPC", "LibFuzzer"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "FuzzPutEvents",
            dependencies: ["HAPI", "JSONRPC", "LibFuzzer"],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
