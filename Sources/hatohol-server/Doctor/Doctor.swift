internal import ArgumentParser
internal import Foundation
internal import Gateway
internal import Glibc
internal import JSONRPC
internal import Logging
internal import Store

/// `doctor`: looks at everything the server needs.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks at the store, the disk, the clock, and each broker; exit status 1 when something is wrong.",
        discussion: "Example: hatohol-server doctor"
    )

    @OptionGroup var common: CommonOptions
    @Flag(help: "Print one JSON object per line.") var json = false

    /// What one look gave.
    struct Finding {
        var subject: String
        var isGood: Bool
        var text: String
    }

    /// Certificates that end within so many days are reported.
    private static let warningDays: Int64 = 30

    func run() async throws {
        let directory = DataDirectory(path: try self.common.settings().dataDirectory)
        var findings = [self.disk(directory.path), self.clock]
        findings.append(
            Finding(subject: "server", isGood: true, text: directory.isServed ? "running" : "not running")
        )
        do {
            let store = try self.common.openStore()
            findings.append(await self.store(store))
            for server in try await store.servers() { findings += await self.broker(server) }
        } catch {
            findings.append(Finding(subject: "store", isGood: false, text: "\(error)"))
        }
        self.print(findings)
        guard findings.allSatisfy(\.isGood) else { throw ExitCode(1) }
    }

    private func print(_ findings: [Finding]) {
        var output = Output()
        var table = Table([])
        for finding in findings {
            if self.json {
                output.object { writer in
                    writer.member("subject", finding.subject)
                    writer.member("ok", finding.isGood)
                    writer.member("text", finding.text)
                }
            } else {
                table.add([finding.isGood ? "ok" : "PROBLEM", finding.subject.printable, finding.text.printable])
            }
        }
        if !self.json { for line in table.lines.dropFirst() { output.line(line) } }
    }

    private func disk(_ path: String) -> Finding {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else {
            return Finding(subject: "disk", isGood: false, text: "\(path): \(String(cString: strerror(errno)))")
        }
        let free = Int64(status.f_bavail) * Int64(status.f_frsize) / (1 << 20)
        let hasInodes = status.f_files == 0 || status.f_favail > 1000
        let text = "\(free) MiB free\(hasInodes ? "" : ", but hardly an inode")"
        return Finding(subject: "disk", isGood: free > 512 && hasInodes, text: text)
    }

    /// Certificates, ages and silence are judged by the clock.
    private var clock: Finding {
        let now = Timestamp.now
        return Finding(subject: "clock", isGood: now.nanoseconds > 1_767_225_600_000_000_000, text: "\(now)")
    }

    private func store(_ store: MonitoringStore) async -> Finding {
        do {
            try await store.check()
            let count = try await store.count(EventQuery())
            return Finding(subject: "store", isGood: true, text: "sound, \(count) events")
        } catch {
            return Finding(subject: "store", isGood: false, text: "\(error)")
        }
    }

    private func broker(_ server: MonitoringServer) async -> [Finding] {
        let subject = "broker of \(server.nickname)"
        do {
            let logger = Logger(label: "doctor") { _ in SwiftLogNoOpLogHandler() }
            let finding = try await BrokerCheck.connect(server.broker, logger: logger)
            var findings = [
                Finding(subject: subject, isGood: true, text: "\(finding.address), \(finding.security ?? "no TLS")")
            ]
            let certificates = [
                ("certificate of the broker", finding.certificateNotAfter),
                ("certificate for the broker", finding.clientCertificateNotAfter),
            ]
            for case (let name, let notAfter?) in certificates {
                let days = (notAfter - Timestamp.now.nanoseconds / 1_000_000_000) / 86_400
                let subject = "\(name) of \(server.nickname)"
                findings.append(Finding(subject: subject, isGood: days > Self.warningDays, text: "\(days) days left"))
            }
            return findings
        } catch {
            return [Finding(subject: subject, isGood: false, text: "\(error)")]
        }
    }
}
