import TestSupport
import Testing

/// An id is never used for two lines, also when the state directory is an older copy of itself.
@Suite(.timeLimit(.minutes(5)))
struct NumberingTests {
    /// Has an agent deliver lines of its standard input, and waits for its end.
    private func deliver(_ lines: [String], _ site: Site) async throws {
        try self.start(lines, site)
        #expect(try await site.agent?.wait() == 0)
    }

    private func start(_ lines: [String], _ site: Site) throws {
        let name = uniqueName("input")
        let input = try site.directory.write(lines.map { $0 + "\n" }.joined(), to: name)
        try site.startAgent(site.connection() + ["--stdin"], input: input)
    }

    private func copyState(of site: Site, from: String, to: String) throws {
        _ = try Command.run("rm", ["-rf", "--", site.directory.file(to)])
        _ = try Command.run("cp", ["-a", site.directory.file(from), site.directory.file(to)])
    }

    /// A site whose agent has delivered fifty lines after its state was copied.
    private func siteWithOlderState() async throws -> Site {
        let site = try await Site(.shared)
        try await self.deliver(["before the backup"], site)
        try self.copyState(of: site, from: "state", to: "backup")
        try await self.deliver((0..<50).map { "after the backup \($0)" }, site)
        try await site.awaitCount(51)
        try self.copyState(of: site, from: "backup", to: "state")
        return site
    }

    @Test
    func `lines that come while the server is away are stored after an older state was put back`() async throws {
        let site = try await self.siteWithOlderState()
        await site.server?.stop()
        let lines = (0..<40).map { "while the server is away \($0)" }
        try self.start(lines, site)
        try await eventually("the end of the input") { try site.agentLog().contains("source ended") }
        try site.startServer()
        #expect(try await site.agent?.wait() == 0)
        let stored = try await site.stored()
        #expect(stored.filter { $0.hasPrefix("while") } == lines)
        #expect(stored.count == 91)
        #expect(try site.agentLog().contains("the state directory is an older copy, or was copied"))
        await site.stop()
    }

    @Test
    func `new lines of two files are stored once each after an older state was put back`() async throws {
        let site = try await self.siteWithOlderState()
        let lines = ["one", "two"].map { name in (0..<10).map { "\(name) \($0)" } }
        let files = try zip(["one", "two"], lines).map {
            try site.directory.write($1.map { $0 + "\n" }.joined(), to: $0)
        }
        try site.startAgent(site.connection() + files.flatMap { ["--tail", $0] } + ["--from", "beginning"])
        try await site.awaitCount(71)
        let stored = try await site.stored()
        for (name, lines) in zip(["one", "two"], lines) { #expect(stored.filter { $0.hasPrefix(name) } == lines) }
        #expect(stored.count == 71)
        await site.stop()
    }

    @Test
    func `starting again costs no line, repeats none, and worries nobody`() async throws {
        let site = try await Site(.shared)
        for life in 0..<4 { try await self.deliver(["life \(life)"], site) }
        #expect(try await site.stored() == (0..<4).map { "life \($0)" })
        let triggers = try await site.command(["triggers", "list", "--json"])
        #expect(!triggers.output.contains("_SELF_/sequence"))
        #expect(try !site.agentLog().contains("older copy"))
        await site.stop()
    }
}
