import Glibc
import TestSupport
import Testing

/// Random histories of files, followed by the built program.
@Suite("Histories on disk")
struct DiskHistoriesTests {
    @Test("the program gives every line once, whatever happens to the files", .timeLimit(.minutes(10)))
    func few() async throws {
        let campaign = Campaign(seed: 1, count: 5, driver: try Self.driver(), parallel: 3, attempts: 40)
        #expect(await campaign.run().isEmpty)
    }

    /// A long run, as `Tests/histories` starts it.
    @Test("a run that was asked for", .enabled(if: Request.fromEnvironment?.isSimulated == false))
    func many() async throws {
        let request = try #require(Request.fromEnvironment)
        let driver = try Self.driver(request.programs)
        if let script = request.script {
            print(try await driver.run(try History(script)).description)
            return
        }
        let campaign = Campaign(
            seed: request.seed,
            count: request.count,
            driver: driver,
            parallel: request.parallel,
            attempts: 60
        )
        #expect(await campaign.run().isEmpty)
    }

    private static func driver(_ programs: String? = nil) throws -> DiskDriver {
        let program = (programs ?? "\(repositoryRoot)/.build/debug") + "/hap2-fluentd"
        guard access(program, X_OK) == 0 else { throw TestFailure("there is no program \(program)") }
        return DiskDriver(program: program)
    }
}
