import TestSupport
import Testing

/// `--test-connection` beside the running agent of the same queue.
@Suite(.timeLimit(.minutes(5)))
struct ConnectionTestTests {
    @Test
    func `it says that an agent is there, and takes none of its answers`() async throws {
        let site = try await Site(.shared)
        try site.startAgent()
        try site.write(["before"])
        try await site.awaitCount(1)
        let outcome = try await Outcome.of(Programs.agent, site.connection() + ["--stdin", "--test-connection"])
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("another arm consumes \(site.queue)-T (is the agent running?)"))
        #expect(outcome.output.contains("open: ok"))
        try site.write(["after"])
        try await site.awaitCount(2)
        await site.stop()
    }
}
