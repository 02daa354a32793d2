import TestSupport
import Testing

/// Random histories of files in a simulated directory, followed by the decisions of the follower alone.
@Suite("Simulated histories")
struct SimulatedHistoriesTests {
    @Test("the follower gives every line once, whatever happens to the files", .timeLimit(.minutes(5)))
    func thousand() async {
        let campaign = Campaign(
            seed: 1,
            count: 1000,
            driver: SimulatedDriver(),
            parallel: 2,
            shrinkings: 3,
            attempts: 500
        )
        #expect(await campaign.run().isEmpty)
    }

    /// A long run, as `Tests/histories --simulated` starts it.
    @Test("a run that was asked for", .enabled(if: Request.fromEnvironment?.isSimulated == true))
    func many() async throws {
        let request = try #require(Request.fromEnvironment)
        let driver = SimulatedDriver()
        if let script = request.script {
            print(try await driver.run(try History(script)).description)
            return
        }
        let campaign = Campaign(
            seed: request.seed,
            count: request.count,
            driver: driver,
            parallel: request.parallel,
            shrinkings: 30,
            attempts: 3000
        )
        #expect(await campaign.run().isEmpty)
    }
}
