import ArgumentParser
import ArmPlugin
import Testing

@testable import FluentdArm

@Suite struct OptionsTests {
    private func settings(_ arguments: String...) throws -> Settings {
        try FluentdCommand.parseOptions(arguments).settings
    }

    /// Every option of the original, in both forms, gives the setting of its name.
    @Test(arguments: [
        "log": "DEBUG", "status-log-interval": "5", "transporter": "RabbitMQHapiConnector", "amqp-broker": "b",
        "amqp-port": "1", "amqp-vhost": "v", "amqp-queue": "q", "amqp-user": "u", "amqp-password": "p",
        "amqp-ssl-key": "k", "amqp-ssl-cert": "c", "amqp-ssl-ca": "a", "fluentd-launch": "f -c x", "tag": "^x",
        "log-conf": "l", "config": "f", "tail": "/a*", "from": "end", "state-dir": "d", "spool-limit": "1G",
        "amqp-password-file": "f", "amqp-auth": "external", "amqp-ssl-verify": "none", "amqp-ssl-crl": "x",
        "amqp-queue-type": "quorum", "log-format": "json", "server-id": "3", "pid-file-dir": "/run", "plugin-path": "x",
        "host-name": "h", "forward-shared-key-file": "k", "rules": "r", "metrics": "127.0.0.1:1", "syslog": "udp://:1",
        "forward": ":1", "multiline-start": "^x", "multiline-flush": "3", "sync-files": "no", "amqp-exchange": "e",
        "amqp-server-user": "s",
    ])
    func option(name: String, value: String) throws {
        #expect(try self.settings("--\(name)", value).text(name) == value)
        #expect(try self.settings("--\(name)=\(value)").text(name) == value)
        #expect(try self.settings("--\(name)=\(value)")[name]?.origin == .commandLine)
    }

    @Test func flags() throws {
        #expect(try self.settings("-p").flag("disable-poller"))
        #expect(try self.settings("--disable-poller").flag("disable-poller"))
        #expect(try self.settings("--stdin").flag("stdin"))
        #expect(try !self.settings().flag("stdin"))
    }

    @Test func pollingTargetsTakeAnyNumber() throws {
        #expect(
            try self.settings("--polling-targets", "hosts", "events", "-p").list("polling-targets") == [
                "hosts", "events",
            ]
        )
        #expect(try self.settings("--polling-targets", "--disable-poller").list("polling-targets") == [])
        #expect(try self.settings("--amqp-queue", "q", "--polling-targets").text("amqp-queue") == "q")
    }

    @Test func repeatable() throws {
        #expect(try self.settings("--tail", "a", "--tail=b").list("tail") == ["a", "b"])
        #expect(try self.settings("--tag", "a", "--tag", "b").list("tag") == ["a", "b"])
    }

    @Test(arguments: [
        (["--amqp-q", "x"], "amqp-queue"), (["--amqp-bro=x"], "amqp-broker"), (["--ta", "x"], "tag"),
        (["--fluentd", "x"], "fluentd-launch"), (["--tai", "x"], "tail"),
        (["--amqp-password-f=x"], "amqp-password-file"),
    ])
    func abbreviation(arguments: [String], name: String) throws {
        #expect(try FluentdCommand.parseOptions(arguments).settings.text(name) == "x")
    }

    @Test func valuesAreNotAbbreviations() throws {
        #expect(try self.settings("--fluentd-launch=--tai x").text("fluentd-launch") == "--tai x")
    }

    @Test(arguments: [
        (
            ["--amqp-ssl", "x"],
            "option --amqp-ssl is ambiguous: --amqp-ssl-ca, --amqp-ssl-cert, --amqp-ssl-crl, --amqp-ssl-key, --amqp-ssl-verify"
        ),
        (["--nonsense"], "Unknown option '--nonsense'"),
        (["--amqp-port"], "Missing value for '--amqp-port <port>'"),
        (["surplus"], "Unexpected argument 'surplus'"),
        (["--stdin=yes"], "The option '--stdin' does not take any value, but 'yes' was specified."),
    ])
    func wrongUsage(arguments: [String], expected: String) {
        let error = #expect(throws: UsageError.self) { try FluentdCommand.parseOptions(arguments) }
        #expect(error?.description == expected)
    }
}
