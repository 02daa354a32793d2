internal import Glibc
import TestSupport
import Testing

/// What keeps a file from being followed is said wherever somebody may look, for as long as it lasts.
@Suite(.timeLimit(.minutes(5)))
struct FileTroubleTests {
    /// What is wrong with the path that is given to `--tail`.
    enum Mistake: CaseIterable {
        case missingFile, barrenPattern, directory, unlistableDirectory

        var pattern: String {
            switch self {
            case .missingFile, .directory: "later.log"
            case .barrenPattern: "later-*.log"
            case .unlistableDirectory: "logs/*.log"
            }
        }

        var reason: String {
            switch self {
            case .missingFile, .barrenPattern: "matches no file"
            case .directory: "is a directory, and no file"
            case .unlistableDirectory: "Too many levels of symbolic links"
            }
        }

        func make(in directory: TemporaryDirectory) {
            if self == .directory { mkdir(directory.file("later.log"), 0o755) }
            if self == .unlistableDirectory { symlink("logs", directory.file("logs")) }
        }

        /// What a file is called that is followed.
        var file: String { self.pattern.replacing("*", with: "1") }

        /// Takes it away; a file is there then, with nothing in it.
        func mend(in directory: TemporaryDirectory) throws {
            if self == .directory { rmdir(directory.file("later.log")) }
            if self == .unlistableDirectory {
                unlink(directory.file("logs"))
                mkdir(directory.file("logs"), 0o755)
            }
            try directory.write("", to: self.file)
        }
    }

    @Test(arguments: Mistake.allCases)
    func `it is said by the log, the status, the metrics and the server, until it is over`(
        _ mistake: Mistake
    ) async throws {
        let site = try await Site(.shared)
        mistake.make(in: site.directory)
        let port = try Loopback.closedPort()
        let pattern = site.directory.file(mistake.pattern)
        try site.startAgent(site.connection() + ["--tail", pattern, "--metrics", "127.0.0.1:\(port)"])
        let places = Places(site: site, metrics: port)
        try await eventually("the problem in each place") {
            let said = try await places.problems()
            return said.allSatisfy { $0?.contains(mistake.reason) == true }
        }
        #expect(try site.agentLog().contains("nothing is followed here"))
        try mistake.mend(in: site.directory)
        try await eventually("its end in each place") { try await places.problems() == [nil, nil, nil] }
        #expect(try site.agentLog().contains("a problem is over"))
        try site.directory.write("a line\n", to: mistake.file)
        try await site.awaitCount(1)
        #expect(try await site.stored() == ["a line"])
        await site.stop()
    }

    /// Where somebody may look.
    private struct Places {
        let site: Site
        let metrics: UInt16

        /// The problem as the status, the metrics and the server tell it; the metrics only say that there is one.
        func problems() async throws -> [String?] {
            let status = try await Outcome.of(Programs.agent, self.site.connection() + ["--stdin", "--status"])
            let metrics = try await Outcome.of("curl", ["--silent", "http://127.0.0.1:\(self.metrics)/metrics"])
            let triggers = try await self.site.command(["triggers", "--problems", "--json"])
            let problem = status.output.split(separator: "\n").first { $0.hasPrefix("problem: \"") }.map(String.init)
            let own = triggers.output.split(separator: "\n").first { $0.contains("_SELF_/plugin") }.map(String.init)
            return [problem, metrics.output.contains("hap2_fluentd_problem 1") ? problem : nil, own]
        }
    }
}
