import ArmPlugin
import Glibc
import HAPI
import Logging
import ServiceLifecycle
import UnixSignals

/// An arm in a page: each file system named is a trigger that is not good when it is nearly full.
///
///     tiny-arm --amqp-broker broker.example.com --amqp-queue disks / /var
///
/// Takes `--amqp-…` options as `hap2-fluentd` does, and the password from `HAPI_AMQP_PASSWORD`.
struct DiskArm: Arm {
    let name = "tiny-arm"
    let offers: [Procedure] = [.fetchTriggers, .fetchItems]
    let paths: [String]

    func hosts() async throws -> [Host]? { [Host(hostId: "local", hostName: "local")] }

    func triggers(since lastInfo: String?) async throws -> Polled<Trigger>? {
        Polled(
            try self.paths.map { path in
                let percent = try self.usedPercent(path)
                return Trigger(
                    triggerId: path,
                    status: percent > 90 ? .notGood : .ok,
                    severity: .warning,
                    lastChangeTime: .now,
                    hostId: "local",
                    hostName: "local",
                    brief: "\(path) is \(percent)% full",
                    extendedInfo: ""
                )
            }
        )
    }

    func items(of hostIds: [String]?) async throws -> [Item] {
        try self.paths.map { path in
            Item(
                itemId: path,
                hostId: "local",
                brief: "space used on \(path)",
                lastValueTime: .now,
                lastValue: "\(try self.usedPercent(path))",
                itemGroupName: ["disk"],
                unit: "%"
            )
        }
    }

    private func usedPercent(_ path: String) throws -> Int {
        var info = statvfs()
        guard statvfs(path, &info) == 0, info.f_blocks > 0 else {
            throw Unreadable(description: "cannot look at \(path)")
        }
        return Int(100 - info.f_bavail * 100 / info.f_blocks)
    }

    struct Unreadable: Error, CustomStringConvertible { let description: String }
}

@main
enum TinyArm {
    static func main() async throws {
        let environment = ["HAPI_AMQP_PASSWORD": getenv("HAPI_AMQP_PASSWORD").map { String(cString: $0) } ?? ""]
        var settings = Settings()
        var paths: [String] = []
        var arguments = CommandLine.arguments.dropFirst()[...]
        while let argument = arguments.popFirst() {
            if argument.hasPrefix("--"), let value = arguments.popFirst() {
                settings.set(String(argument.dropFirst(2)), to: [value], origin: .commandLine)
            } else {
                paths.append(argument)
            }
        }
        settings = settings.overridden(by: Settings(passwordEnvironment: environment))
        let logger = Logger(label: "tiny-arm")
        let broker = try BrokerSettings(settings, clientName: "tiny-arm")
        let runner = try ArmRunner(polling: DiskArm(paths: paths), broker: broker, logger: logger)
        try await ServiceGroup(services: [runner], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
    }
}
