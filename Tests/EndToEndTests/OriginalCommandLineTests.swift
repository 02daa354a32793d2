import TestSupport
import Testing

/// The command line of the program this one replaces, with a stand-in for td-agent.
@Suite(.timeLimit(.minutes(5)))
struct OriginalCommandLineTests {
    /// What fluentd prints: its own log lines, records of an old and of a current version, and a tag nobody asked for.
    private static let output = """
        2026-01-02 03:04:05 +0900 [info]: reading config file path="syslog-read.conf"
        2026-01-02 03:04:05 +0900 hatohol.syslog: {"message":"old format","host":"web1","severity":"ERROR","status":"NG"}
        2026-01-02 03:04:06.123456789 -0500 hatohol.syslog: {"message":"new format","host":"web2"}
        2026-01-02 03:04:07 +0900 elsewhere: {"message":"not ours"}
        2026-01-02 03:04:08.5 UTC hatohol.raw: no JSON at all

        """

    @Test
    func `it works as it did`() async throws {
        let broker = try await PrivateBroker.shared
        let site = try await Site(broker, armUser: PrivateBroker.user)
        let output = try site.directory.write(Self.output, to: "output")
        let script = "#!/bin/sh\ncat '\(output)'\nexec sleep 600\n"
        let fluentd = try site.directory.write(script, to: "td-agent", mode: 0o700)
        try site.startAgent(
            ["--amqp-broker", "localhost", "--amqp-vhost", "hatohol", "--amqp-queue", site.queue]
                + ["--amqp-user", PrivateBroker.user, "--amqp-port", "\(broker.tlsPort)"]
                + ["--amqp-ssl-key", broker.client.key, "--amqp-ssl-cert", broker.client.certificate]
                + ["--amqp-ssl-ca", broker.authority.certificate]
                + ["--fluentd-launch", "\(fluentd) -c syslog-read.conf -q"]
                + ["--state-dir", site.directory.file("state")],
            environment: ["HAPI_AMQP_PASSWORD": PrivateBroker.password]
        )
        try await site.awaitCount(3)
        #expect(try await site.stored() == ["old format", "no JSON at all", "new format"])
        let events = try await site.command(["events", "list", "--json"]).output.split(separator: "\n")
        let old = try #require(events.first { $0.contains("old format") })
        #expect(old.contains("\"web1\"") && old.contains("\"error\""))
        #expect(old.contains("2026-01-01T18:04:05"))
        await site.stop()
        #expect(site.agent?.poll() == 0)
    }
}
