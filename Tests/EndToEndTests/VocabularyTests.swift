internal import Foundation
import TestSupport
import Testing

/// The commands speak as the REST API does, and go on saying what scripts of the first version read.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct VocabularyTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    private func run(_ arguments: [String], input: String = "") async throws -> Outcome {
        let file = try self.directory.write(input, to: uniqueName("input"))
        return try await Outcome.of(
            Programs.server,
            ["--data-dir", self.directory.file("data")] + arguments,
            input: file
        )
    }

    private static func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    @Test func aServer() async throws {
        let url = "amqps://broker.example.com/hatohol"
        let added = try await self.run([
            "server", "add", "--nickname", "web1", "--queue", "web1", "--broker-url", url, "--tls-verify", "none",
        ])
        #expect(added.status == 0, "\(added.errors)")
        let server = try #require(try Self.objects(try await self.run(["server", "list", "--json"]).output).first)
        #expect(server["brokerURL"] as? String == url && server["brokerUrl"] as? String == url)
        #expect(server["tlsVerify"] as? Bool == false)
        let arm = try #require(try Self.objects(try await self.run(["arm", "status", "--json"]).output).first)
        #expect(arm["state"] as? String == "unknown" && arm["successes"] as? Int == 0)
    }

    /// The rules of the console, named by the options.
    @Test func whatIsRefused() async throws {
        let good = ["server", "add", "--nickname", "n", "--queue", "q", "--broker-url", "amqps://h/v"]
        for (option, value) in [
            ("--nickname", "  "), ("--queue", String(repeating: "😀", count: 64)), ("--type", "no such type"),
            ("--broker-url", "amqps://%zz:99999999/a/b/c"), ("--broker-url", "amqps://%zz:9/v"),
            ("--broker-url", "amqps://h/a/b"),
            ("--polling-interval", "0"),
        ] {
            let outcome = try await self.run(good + [option, value])
            #expect(outcome.status != 0 && outcome.errors.contains(option), "\(option): \(outcome.errors)")
        }
        for name in ["", "   ", "bad\nname"] {
            let outcome = try await self.run(
                ["user", "add", name, "--role", "admin"],
                input: "green tractors fly 77\n"
            )
            #expect(outcome.status != 0 && outcome.errors.contains("letters"), "\(outcome.errors)")
        }
        let weak = try await self.run(["user", "add", "hana"], input: "hanahanahana\n")
        #expect(weak.status != 0 && weak.errors.contains("contains the user name"), "\(weak.errors)")
        #expect(try await self.run(["user", "list", "--json"]).output.isEmpty)
    }

    @Test func eventsAndTheirExport() async throws {
        let site = try await Site(.shared)
        try site.startAgent()
        try site.write(["=HYPERLINK(1)"])
        _ = try await site.expectEveryLineOnce()
        let lines = try Self.objects(try await site.command(["events", "export", "--format", "jsonl"]).output)
        let event = try #require(lines.first { $0["brief"] as? String == "=HYPERLINK(1)" })
        #expect(event["host"] as? String == event["hostName"] as? String)
        #expect(event["severity"] as? String == "unknown" || event["severity"] as? String == "info")
        #expect((event["handling"] as? [String: Any])?["status"] as? String == "none")
        let table = try await site.command(["events", "export", "--format", "csv"]).output
        #expect(table.hasPrefix("id,time,server,severity,status,type,host,brief,"))
        #expect(table.contains(#","'=HYPERLINK(1)","#))
        await site.stop()
    }
}
