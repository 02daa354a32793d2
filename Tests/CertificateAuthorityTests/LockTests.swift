import CertificateAuthority
import Glibc
import TestSupport
import Testing

/// Changes come one after the other, in the order in which they were asked for.
struct LockTests {
    private let site: Site
    private var lock: String { "\(self.site.base)/CA/hatohol/lock" }

    init() throws { self.site = try Site() }

    private func arguments(_ arguments: String...) -> [String] {
        arguments + ["--wait", "300", "--base-directory", self.site.base]
    }

    /// Something else that has the lock until it is told to stop.
    private func holder() async throws -> ChildProcess {
        let holder = try ChildProcess("flock", ["-o", self.lock, "sleep", "600"])
        try await eventually("the lock is held") {
            try await !Tool.run("flock", ["-n", self.lock, "true"]).isGood
        }
        return holder
    }

    private func isWaiting(_ process: ChildProcess) async throws -> Bool {
        if let status = process.poll() { throw TestFailure("a waiting process ended with \(status)") }
        return try await !Tool.run("find", ["/proc/\(process.pid)/fd", "-lname", self.lock]).output.isEmpty
    }

    private func order() throws -> [String] {
        try self.site.authority.audit.verified().filter { $0.action == "revoke" }.flatMap { entry in
            entry.circumstances.filter { $0.name == "serial" }.map(\.value)
        }
    }

    @Test func whoeverComesFirstGoesFirst() async throws {
        let serials = try (0..<12).map { try self.site.issue(.client, "node\($0)").certificate.serial }
        let holder = try await self.holder()
        var waiting: [ChildProcess] = []
        for serial in serials {
            let process = try ChildProcess(Tool.program, self.arguments("revoke", "\(serial)", "--no-crl"))
            try await eventually("it waits") { try await self.isWaiting(process) }
            waiting.append(process)
        }
        // Three give up, and hold up nobody behind them.
        for index in [0, 4, 11] { waiting[index].signal(SIGKILL) }
        for index in [0, 4, 11] { #expect(try await waiting[index].wait() != 0) }
        await holder.stop()
        let left = serials.indices.filter { ![0, 4, 11].contains($0) }
        for index in left { #expect(try await waiting[index].wait(timeout: .seconds(300)) == 0) }
        #expect(try self.order() == left.map { "\(serials[$0])" })
    }

    /// Commands of operators, renewals and a service that enrols nodes all the time.
    @Test func everybodyGetsATurn() async throws {
        for number in 0..<15 { try self.site.issue(.client, "old\(number)") }
        let served = try await ServedAuthority(
            self.site,
            ["--wait", "300", "--requests-per-minute", "10000", "--enrolments-per-minute", "10000"]
        )
        let keyFile = try served.register("node*", limit: 20)
        let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
            for number in 0..<20 {
                let out = self.site.directory.file("out\(number)")
                let enroll = [
                    "enroll", "--url", served.url, "--fingerprint", served.fingerprint, "--key-file", keyFile,
                    "--host-name", "node\(number)", "--output-directory", "\(out)n", "--patience", "300",
                ]
                group.addTask { try await Tool.run(Tool.program, enroll) }
                let issue = self.arguments("issue", "client", "--host-name", "new\(number)", "--output-directory", out)
                group.addTask { try await Tool.run(Tool.program, issue) }
                guard number < 15 else { continue }
                let renew = self.arguments("renew", "old\(number)", "--out", "\(out).pem")
                group.addTask { try await Tool.run(Tool.program, renew) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count == 55)
        for outcome in outcomes where !outcome.isGood { Issue.record("\(outcome.text)") }
        let rows = try self.site.authority.index().rows
        // Those from the beginning, the service's own, and all that were asked for.
        #expect(Set(rows.map(\.serial)).count == 15 + 1 + 55)
        #expect(throws: Never.self) { try self.site.authority.audit.verified() }
    }
}
