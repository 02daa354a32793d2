internal import Glibc
import TestSupport
import Testing

/// A source that cannot work is said at once, whatever else the agent does.
@Suite(.timeLimit(.minutes(5)))
struct SourceFailureTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    private func options(_ more: [String]) -> [String] {
        ["--amqp-broker", "127.0.0.1:1", "--state-dir", self.directory.file("state")] + more
    }

    @Test(arguments: ["udp", "tcp", "forward", "unix"])
    func `one that cannot bind ends the program beside others`(_ kind: String) async throws {
        let log = try self.directory.write("", to: "app.log")
        let (descriptor, port) = try Loopback.listen()
        defer { close(descriptor) }
        let datagrams = try UDPSocket(port: port)
        defer { datagrams.close() }
        let source =
            switch kind {
            case "forward": ["--forward", "127.0.0.1:\(port)"]
            case "unix": ["--syslog", "unix:\(self.directory.file("missing/log"))"]
            default: ["--syslog", "\(kind)://127.0.0.1:\(port)"]
            }
        let outcome = try await Outcome.of(Programs.agent, self.options(["--tail", log] + source))
        #expect(outcome.status == 1)
        let address = kind == "forward" ? "tcp://127.0.0.1:\(port)" : source[1]
        #expect(outcome.errors.contains(address), "\(outcome.errors)")
        let reason = kind == "unix" ? "No such file or directory" : "Address already in use"
        #expect(outcome.errors.contains(reason), "\(outcome.errors)")
        let started = outcome.errors.split(separator: "\n").filter { $0.contains("source started") }
        #expect(started.allSatisfy { $0.contains("tail ") }, "\(outcome.errors)")
        let check = try await Outcome.of(Programs.agent, self.options(["--tail", log, "--check-config"] + source))
        #expect(check.status == 1)
        #expect(check.output.contains("error: ") && check.output.contains(reason), "\(check.output)")
    }

    @Test
    func `a file that is not there, and one that cannot be read, are named`() async throws {
        try self.directory.write("", to: "is-there.log")
        let path = self.directory.path
        let rawName = Array("\(path)/raw-".utf8CString.dropLast()) + [CChar(bitPattern: 0xA5), 0]
        close(open(rawName, O_WRONLY | O_CREAT, 0o644))
        defer { unlink(rawName) }
        let tails = ["is-there.log", "raw-*", "missing.log", "no-*.log"].flatMap { ["--tail", "\(path)/\($0)"] }
        let check = try await Outcome.of(
            Programs.agent,
            self.options(tails + ["--tail", path, "--check-config"])
        )
        #expect(check.status == 0, "\(check.output)")
        let warnings = check.output.split(separator: "\n").filter { $0.hasPrefix("warning: source: ") }
        #expect(warnings.count == 3, "\(check.output)")
        #expect(check.output.contains("\(path)/missing.log: it does not exist yet"))
        #expect(check.output.contains("\(path)/no-*.log: no file matches it yet"))
        #expect(check.output.contains("\(path): it is a directory"))
    }

    @Test
    func `places that the running agent has bound are no mistake`() async throws {
        let options = self.options(["--syslog", "tcp://127.0.0.1:\(try Loopback.closedPort())"])
        let log = self.directory.file("log")
        let agent = try ChildProcess(Programs.agent, options, output: log)
        try await eventually("the source") {
            String(decoding: try contents(of: log), as: UTF8.self).contains("source started")
        }
        let check = try await Outcome.of(Programs.agent, options + ["--check-config"])
        #expect(check.status == 0, "\(check.output)")
        await agent.stop()
    }

    @Test
    func `a child ends with an agent that is killed, and so does what the child has started`() async throws {
        let script = try self.directory.write(
            """
            #!/bin/sh
            trap '' TERM
            sleep 1000 &
            echo "$$ $!" > '\(self.directory.file("pids"))'
            wait
            sleep 1000
            """,
            to: "fluentd"
        )
        chmod(script, 0o755)
        let agent = try ChildProcess(Programs.agent, self.options(["--fluentd-launch", script]))
        var pids: [pid_t] = []
        try await eventually("the child") {
            let text = String(decoding: (try? contents(of: self.directory.file("pids"))) ?? [], as: UTF8.self)
            pids = text.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
            return pids.count == 2
        }
        agent.signal(SIGKILL)
        try await agent.wait()
        try await eventually("the end of \(pids)") { pids.allSatisfy(Self.isOver) }
    }

    /// Whether a process has ended; one that nobody has waited for yet is over as well.
    private static func isOver(_ pid: pid_t) -> Bool {
        guard let bytes = try? contents(of: "/proc/\(pid)/stat") else { return true }
        let state = String(decoding: bytes, as: UTF8.self).split(separator: ") ").last?.first
        return state == nil || state == "Z"
    }
}

/// A UDP port that is taken.
private struct UDPSocket {
    private let descriptor: CInt

    init(port: UInt16) throws {
        self.descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isBound = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(self.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isBound else { throw TestFailure("bind: \(String(cString: strerror(errno)))") }
    }

    func close() { Glibc.close(self.descriptor) }
}
