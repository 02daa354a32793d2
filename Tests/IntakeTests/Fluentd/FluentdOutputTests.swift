import Glibc
import Logging
import TestSupport
import Testing

@testable import Intake

@Suite("Running fluentd", .timeLimit(.minutes(3)))
struct FluentdOutputTests {
    private let directory = TemporaryDirectory()

    /// A source whose fluentd is a shell script.
    private func fluentd(
        _ script: String,
        _ log: CollectingLog = CollectingLog(),
        change: (inout FluentdOutput.Configuration) -> Void = { _ in }
    ) throws
        -> FluentdOutput
    {
        let path = self.directory.file("fluentd")
        LogWriter(path).write("#!/bin/sh\n\(script)\n")
        chmod(path, 0o755)
        var configuration = FluentdOutput.Configuration()
        configuration.command = "'\(path)' -c 'an argument'"
        change(&configuration)
        return try FluentdOutput(configuration, logger: log.logger)
    }

    private func size(of file: String) -> Int {
        var status = stat()
        return stat(self.directory.file(file), &status) == 0 ? Int(status.st_size) : 0
    }

    @Test("events with a wanted tag become records, other lines do not")
    func events() async throws {
        let source = try self.fluentd(
            """
            echo "2015-07-22 10:23:44 +0900 [info]: starting $2"
            echo '2015-07-22 10:23:45 +0900 should-be-ignored: {"message":"x"}'
            echo '2015-07-22 10:23:45.25 +0900 hatohol.test: {"message":"test message"}'
            echo 'garbage'
            echo '2015-07-22 10:23:46 +0900 hatohol.test: no object'
            exec sleep 100
            """
        )
        let sink = RecordCollector()
        try await withRunning(source, into: sink) { await sink.wait(for: 2) }
        let expected = [
            RecordCollector.Line(
                tag: "hatohol.test",
                text: "{\"message\":\"test message\"}",
                time: RecordTime(seconds: 1_437_528_225, nanoseconds: 250_000_000),
                isJSON: true,
                isTruncated: false
            ),
            RecordCollector.Line(
                tag: "hatohol.test",
                text: "no object",
                time: RecordTime(seconds: 1_437_528_226),
                isJSON: false,
                isTruncated: false
            ),
        ]
        #expect(await sink.lines == expected)
    }

    @Test("events of any of several tags are taken")
    func severalTags() async throws {
        let source = try self.fluentd(
            """
            for tag in app.a web.b hatohol.c app web.d; do echo "2015-07-22 10:23:45 +0900 $tag: $tag"; done
            exec sleep 100
            """
        ) { $0.tags = [#"app\.\w+"#, "web"] }
        let sink = RecordCollector()
        try await withRunning(source, into: sink) { await sink.wait(for: 3) }
        #expect(await sink.lines.map(\.tag) == ["app.a", "web.b", "web.d"])
    }

    @Test("the child's own log, its standard error and its end are in our log")
    func journal() async throws {
        let log = CollectingLog()
        let source = try self.fluentd(
            #"""
            echo '2015-07-22 10:23:44 +0900 [info]: starting'
            echo '2015-07-22 10:23:44 +0900 [warn]: be careful'
            printf 'gar\033bage\n'
            echo 'no such file' >&2
            echo '2015-07-22 10:23:45 +0900 hatohol.t: done'
            exit 3
            """#,
            log
        )
        let sink = RecordCollector()
        try await withRunning(source, into: sink) {
            await sink.wait(for: 1)
            while !log.lines.contains(where: { $0.hasPrefix("fluentd ended") }), !Task.isCancelled {
                await Task.yield()
            }
        }
        #expect(log.lines(.info).contains("fluentd says line=[info]: starting"))
        let warnings = log.lines(.warning)
        let expected = [
            "fluentd says line=[warn]: be careful", "fluentd printed a line that is no event line=gar bage",
            "fluentd says line=no such file", "fluentd ended, starting it again ending=exit status 3",
        ]
        #expect(expected.allSatisfy(warnings.contains))
    }

    @Test("a child that ends is started again, and nothing in the pipe is lost")
    func restart() async throws {
        let source = try self.fluentd(
            """
            echo run >> '\(self.directory.file("runs"))'
            run=$(wc -l < '\(self.directory.file("runs"))')
            for i in $(seq 1 500); do echo "2015-07-22 10:23:45 +0900 hatohol.t: $run.$i"; done
            exit 1
            """
        )
        let sink = RecordCollector()
        await sink.pause()
        try await withRunning(source, into: sink) {
            // The child has long ended when its output is read on.
            while await !sink.isWaitedFor, !Task.isCancelled { await Task.yield() }
            await sink.resume()
            await sink.wait(for: 1000)
        }
        let expected = (1...2).flatMap { run in (1...500).map { "\(run).\($0)" } }
        #expect(await Array(sink.texts.prefix(1000)) == expected)
    }

    @Test("a child that ends soon again and again is a problem, and does not fill the log")
    func failing() async throws {
        let log = CollectingLog()
        let source = try self.fluentd(
            """
            echo run >> '\(self.directory.file("runs"))'
            echo '2015-07-22 10:23:44 +0900 [error]: the port is in use'
            exit 1
            """,
            log
        )
        try await withRunning(source, into: RecordCollector()) {
            while source.problem == nil, !Task.isCancelled { await Task.yield() }
            while self.size(of: "runs") < 3 * 4, !Task.isCancelled { await Task.yield() }
        }
        #expect(source.problem?.contains("it ends soon after each start (exit status 1)") == true)
        #expect(log.lines(.warning).count { $0.hasSuffix("the port is in use") } == 2)
        #expect(log.lines(.warning).count { $0.hasPrefix("fluentd ended") } == 1)
    }

    @Test("stopping sends SIGTERM, and what the child prints then is delivered")
    func stopping() async throws {
        let source = try self.fluentd(
            """
            trap 'echo "2015-07-22 10:23:45 +0900 hatohol.t: last words"; exit 0' TERM
            echo "2015-07-22 10:23:45 +0900 hatohol.t: first"
            while :; do sleep 0.01; done
            """
        )
        let sink = RecordCollector()
        try await withRunning(source, into: sink) { await sink.wait(for: 1) }
        #expect(await sink.texts == ["first", "last words"])
    }

    @Test("a child that ignores SIGTERM is killed, and so is what it started")
    func stubborn() async throws {
        let source = try self.fluentd(
            """
            trap '' TERM
            sleep 1000 &
            echo $! > '\(self.directory.file("grandchild"))'
            echo "2015-07-22 10:23:45 +0900 hatohol.t: first"
            while :; do sleep 0.01; done
            """
        ) { $0.grace = .milliseconds(100) }
        let sink = RecordCollector()
        try await withRunning(source, into: sink) { await sink.wait(for: 1) }
        let descriptor = open(self.directory.file("grandchild"), O_RDONLY)
        let bytes = OpenFile.bytes(of: descriptor, from: 0, count: 20) ?? []
        close(descriptor)
        let grandchild = try #require(pid_t(String(decoding: bytes.dropLast(), as: UTF8.self)))
        while kill(grandchild, 0) == 0, !Task.isCancelled { await Task.yield() }
        #expect(errno == ESRCH)
    }

    @Test("a check says whether the program is there, and starts nothing")
    func check() throws {
        try self.fluentd("exit 0").check()
        try self.fluentd("") { $0.command = "sh -c true" }.check()
        for command in ["/nonexistent/fluentd", "no-such-program-anywhere"] {
            #expect(throws: IntakeError(.cannotLaunch, stage: "", reason: "")) {
                try self.fluentd("") { $0.command = command }.check()
            }
        }
    }

    @Test("a command that cannot be started, split or matched is an error")
    func errors() async throws {
        let sink = RecordCollector()
        let missing = try self.fluentd("") { $0.command = "/nonexistent/fluentd" }
        await #expect(throws: IntakeError(.cannotLaunch, stage: "", reason: "")) { try await missing.run(into: sink) }
        #expect(throws: IntakeError(.invalidConfiguration, stage: "", reason: "")) {
            try self.fluentd("") { $0.command = "'" }
        }
        #expect(throws: IntakeError(.invalidPattern, stage: "", reason: "")) {
            try self.fluentd("") { $0.tags = ["("] }
        }
    }
}
