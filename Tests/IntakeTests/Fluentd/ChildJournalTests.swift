import TestSupport
import Testing

@testable import Intake

@Suite("The log of a child")
struct ChildJournalTests {
    @Test("cannot fill ours: a hundred lines of each ten seconds are passed on, and the others are counted")
    func bounded() {
        let log = CollectingLog()
        let start = ContinuousClock.now + .seconds(60)
        var journal = ChildJournal(logger: log.logger, quietUntil: start)
        let line = Array("over and over".utf8)[...]
        for number in 0..<1000 { journal.note(line, level: .error, at: start + .milliseconds(number)) }
        #expect(log.lines == [String](repeating: "fluentd says line=over and over", count: 100))
        journal.noteUnexpected(line, at: start + .seconds(10))
        #expect(
            log.lines.suffix(2) == [
                "fluentd said more than was logged lines=900",
                "fluentd printed a line that is no event line=over and over",
            ]
        )
    }
}
