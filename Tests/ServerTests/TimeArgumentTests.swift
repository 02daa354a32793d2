import ArgumentParser
import Query
import Store
import Testing

@testable import hatohol_server

/// Moments on the command line are those of queries; what the first version took is still read.
struct TimeArgumentTests {
    @Test(arguments: [
        "2026-01-02", "2026-01-02T03:04:05.5Z", "2026-01-02T03:04+09:00", "now", "-90s", "-15m", "-2h", "-7d", "-4w",
    ])
    func theSameAsInAQuery(_ text: String) throws {
        let argument = try #require(TimeArgument(argument: text))
        let moment = try #require(Moment(text))
        #expect(argument.newForm == nil)
        // An age is counted from two clocks here.
        #expect(
            abs(argument.timestamp.nanoseconds - moment.nanoseconds(now: Timestamp.now.nanoseconds)) < 60_000_000_000
        )
    }

    @Test(arguments: [
        ("2h", "-2h"), ("90s", "-90s"), ("2026-01-02 03:04:05", "2026-01-02T03:04:05"),
        ("2026-01-02T03:04+0900", "2026-01-02T03:04+09:00"),
        ("2026-01-02 03:04:05.5-0130", "2026-01-02T03:04:05.5-01:30"),
    ])
    func anOldFormIsReadAndNamed(_ text: String, _ newForm: String) throws {
        let argument = try #require(TimeArgument(argument: text))
        #expect(argument.newForm == newForm)
        let written = try #require(TimeArgument(argument: newForm))
        #expect(abs(argument.timestamp.nanoseconds - written.timestamp.nanoseconds) < 60_000_000_000)
    }

    @Test(arguments: [
        "", "2026-02-30", "2026-01-02T03:04+99:99", "2026-01-02T03:04+5h", "2026-01-02 03:04+9999", "h", "-",
        "yesterday",
        "99999999999999999999s", "２h", "1.5h",
    ])
    func whatIsNoMoment(_ text: String) {
        #expect(TimeArgument(argument: text) == nil)
    }

    /// An age begins with a hyphen, as an option does.
    @Test func anAgeStandsBehindItsOption() throws {
        for arguments in [["--since", "-2h"], ["--since=-2h"], ["--until", "2h", "--since", "-7d"]] {
            _ = try HatoholServer.parseAsRoot(["events", "count"] + arguments)
        }
        #expect(throws: (any Error).self) { try HatoholServer.parseAsRoot(["events", "count", "--since", "-2x"]) }
    }
}
