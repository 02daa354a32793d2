// swift-tools-version:6.2
import PackageDescription

/// What every target of this package is compiled with; in CI a warning is an error.
let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableExperimentalFeature("Lifetimes"),
    ] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "hatohol",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: [
        .systemLibrary(name: "CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CLinux"),

        library("Daemon", ["CLinux"]),
        library("Serving", ["Daemon", nioCore]),
        library(
            "HTTPServing",
            ["Daemon", "Serving", hummingbird, nioCore, nioSSL, nioTLS, lifecycle, unixSignals, logging]
        ),
        library("BrokerLocation", []),
        library("AMQP", ["BrokerLocation", "CRabbitMQ", "COpenSSL", "Daemon", logging]),
        library("Product", []),
        library("Escaping", []),
        library("JSONRPC", []),
        library("HAPI", ["JSONRPC"]),

        library("Spool", [grdb, sqlite, logging]),
        library(
            "Intake",
            [
                "JSONRPC", "COpenSSL", "CZlib", "CLinux", "Daemon", "Serving", nioCore, nioPosix, nioSSL, nioTLS,
                subprocess, system, logging,
            ]
        ),
        library("Rules", ["JSONRPC"]),
        library("ArmPlugin", ["AMQP", "HAPI", "JSONRPC", "Spool", lifecycle, logging]),
        library(
            "FluentdArm",
            [
                "AMQP", "ArmPlugin", "Daemon", "Escaping", "JSONRPC", "Product", "Rules", "Intake", "HAPI", "Spool",
                argumentParser,
                lifecycle,
                unixSignals, logging,
            ]
        ),
        program("hap2-fluentd", ["FluentdArm", "CMalloc", argumentParser]),

        .executableTarget(
            name: "tiny-arm",
            dependencies: ["ArmPlugin", "HAPI", lifecycle, unixSignals, logging],
            path: "examples/tiny-arm",
            swiftSettings: settings
        ),

        library("Enrolment", ["JSONRPC"]),
        library("CertificateAuthority", ["COpenSSL", "Enrolment", "Escaping"]),
        program(
            "hatohol-ca",
            [
                "CertificateAuthority", "Daemon", "Enrolment", "Escaping", "HTTPServing", "JSONRPC", "Product",
                "Serving",
                argumentParser, hummingbird, hummingbirdTLS, nioCore, nioPosix, logging,
            ]
        ),

        library("Store", ["BrokerLocation", "Escaping", grdb, sqlite]),
        library("Query", ["Escaping"]),
        library("Operations", ["Store", "Query", "Escaping", "HAPI", "COpenSSL"]),
        .target(
            name: "Console",
            dependencies: [
                "Operations", "Store", "Query", "Escaping", "COpenSSL", "Daemon", "HTTPServing", "Serving", hummingbird,
                hummingbirdTLS, mustache, lifecycle, nioCore, nioSSL, logging,
            ],
            resources: [.embedInCode("Resources")],
            swiftSettings: settings
        ),
        library("Gateway", ["AMQP", "HAPI", "JSONRPC", "Store", lifecycle, logging]),
        program(
            "hatohol-server",
            [
                "Gateway", "Console", "Daemon", "Escaping", "HAPI", "JSONRPC", "Operations", "Product", "Query",
                "Store",
                argumentParser,
                lifecycle,
                unixSignals,
                logging,
            ]
        ),

        .target(
            name: "TestSupport",
            dependencies: ["AMQP", logging],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
        tests("DaemonTests", ["Daemon", "TestSupport"]),
        tests("BrokerLocationTests", ["BrokerLocation"]),
        tests("AMQPTests", ["AMQP", "TestSupport", logging]),
        tests("JSONRPCTests", ["JSONRPC"]),
        tests("EscapingTests", ["Escaping", "TestSupport"]),
        tests("HAPITests", ["HAPI", "JSONRPC", "AllocationCounter"]),
        tests("SpoolTests", ["Spool", "TestSupport", "AllocationCounter", grdb, logging]),
        tests("IntakeTests", ["Intake", "Daemon", "TestSupport", nioCore, nioPosix, logging]),
        tests("HistoriesTests", ["Intake", "TestSupport", "hap2-fluentd", "CZlib", sqlite, logging]),
        tests("ArmPluginTests", ["ArmPlugin", "HAPI", "JSONRPC", "Spool", "AMQP", "TestSupport", lifecycle, logging]),
        tests(
            "FluentdArmTests",
            [
                "FluentdArm", "ArmPlugin", "Daemon", "Rules", "Intake", "HAPI", "JSONRPC", "Spool", "AMQP",
                "TestSupport", argumentParser, lifecycle, logging,
            ]
        ),
        tests("EnrolmentTests", ["Enrolment"]),
        tests(
            "CertificateAuthorityTests",
            ["CertificateAuthority", "Enrolment", "hatohol-ca", "AMQP", "TestSupport", logging]
        ),
        tests("StoreTests", ["Store", grdb]),
        tests("QueryTests", ["Query"]),
        tests("OperationsTests", ["Operations", "Store", "TestSupport"]),
        tests("RulesTests", ["Rules", "JSONRPC"]),
        tests(
            "ConsoleTests",
            [
                "Console", "Daemon", "Operations", "Store", "Query", "TestSupport", grdb, hummingbird,
                hummingbirdTesting, lifecycle,
                logging,
            ]
        ),
        tests("ServerTests", ["hatohol-server", "Store", "TestSupport", grdb, lifecycle, logging]),
        tests("GatewayTests", ["Gateway", "Store", "HAPI", "JSONRPC", "AMQP", "TestSupport", lifecycle, logging]),
        tests("EndToEndTests", ["hap2-fluentd", "hatohol-ca", "hatohol-server", "AMQP", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)
