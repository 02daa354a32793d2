import Glibc
import TestSupport

/// A `hap2-fluentd` that follows files and delivers to nobody: what it accepts stays in its spool.
final class Agent {
    private let program: String
    private let directory: String
    private let patterns: [String]
    private var process: ChildProcess?
    private var starts = 0

    /// Prepares an agent whose state lies in a directory.
    init(program: String, directory: String, patterns: [String]) {
        self.program = program
        self.directory = directory
        self.patterns = patterns
    }

    private var state: String { "\(self.directory)/state" }

    /// The texts of all lines that were accepted so far.
    var texts: [String] { (try? SpoolTexts.read(from: self.state, by: "\(self.directory)/copy.sqlite")) ?? [] }

    func start(from beginning: Step.Beginning) async throws {
        self.starts += 1
        self.process = try ChildProcess(
            self.program,
            ["--amqp-broker", "localhost:1", "--state-dir", self.state, "--from", beginning.rawValue]
                + self.patterns.flatMap { ["--tail", $0] },
            output: "\(self.directory)/log-\(self.starts)"
        )
        // What it finds at its first start is old: it has to have looked before anything new is written.
        if self.starts == 1 { try await eventually("the first look of the agent") { try self.hasLooked() } }
    }

    private func hasLooked() throws -> Bool {
        try self.checkRuns()
        guard access("\(self.state)/spool.sqlite-wal", F_OK) == 0 else { return false }
        let log = try contents(of: "\(self.state)/spool.sqlite-wal")
        // The last pattern is marked after the first look at all of them.
        return self.patterns.last.map { log.contains("tail:\($0)".utf8) } ?? true
    }

    func checkRuns() throws {
        if let status = self.process?.poll() { throw TestFailure("the agent ended by itself with \(status)") }
    }

    func stop() async throws {
        self.process?.signal(SIGCONT)
        await self.process?.stop()
        self.process = nil
    }

    func kill() async throws {
        self.process?.signal(SIGKILL)
        try await self.process?.wait()
        self.process = nil
    }

    func freeze() async throws {
        guard let process = self.process else { return }
        process.signal(SIGSTOP)
        try await eventually("the agent being stopped") {
            try self.checkRuns()
            let status = String(decoding: try contents(of: "/proc/\(process.pid)/stat"), as: UTF8.self)
            return status.split(separator: ")").last?.hasPrefix(" T") == true
        }
    }

    func thaw() { self.process?.signal(SIGCONT) }

    /// What `--status --json` would print, without what changes with time alone.
    var status: String {
        guard let answer = Self.ask("\(self.state)/status.socket") else { return "" }
        return answer.split(separator: ",").filter { !$0.hasPrefix("\"secondsBehind\"") }.joined(separator: ",")
    }

    private static func ask(_ path: String) -> String? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, path.utf8.count < 108 else { return nil }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isConnected = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else { return nil }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(descriptor, &chunk, chunk.count), count > 0 { answer += chunk[..<count] }
        return String(decoding: answer, as: UTF8.self)
    }
}

extension [UInt8] {
    /// Whether these bytes stand somewhere in here.
    fileprivate func contains(_ other: some Collection<UInt8>) -> Bool {
        guard let first = other.first else { return true }
        var rest = self[...]
        while let start = rest.firstIndex(of: first) {
            if rest[start...].starts(with: other) { return true }
            rest = rest[(start + 1)...]
        }
        return false
    }
}
