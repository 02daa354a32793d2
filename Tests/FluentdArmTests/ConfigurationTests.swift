import AMQP
import ArmPlugin
import HAPI
import Logging
import Rules
import TestSupport
import Testing

@testable import FluentdArm

@Suite struct ConfigurationTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    private func resolve(
        _ arguments: [String] = [],
        file: String? = nil,
        environment: [String: String] = [:]
    ) throws -> Configuration {
        var defaults: [String] = []
        if let file { defaults = [try self.directory.write(file, to: "hap2.conf")] }
        return try Configuration.resolve(
            FluentdCommand.parseOptions(arguments),
            environment: environment,
            defaultFiles: defaults
        )
    }

    @Test func defaultsAreThoseOfTheOriginal() throws {
        let configuration = try self.resolve()
        let connection = configuration.broker.connection
        #expect(connection.addresses == [BrokerAddress(host: "localhost", port: 5672)])
        #expect(connection.virtualHost == "/")
        #expect(connection.authentication == .plain(user: "hatohol", password: "hatohol"))
        #expect(connection.tls == nil)
        #expect(configuration.broker.queues.toServer == "hap2-queue-S")
        #expect(configuration.broker.queues.toArm == "hap2-queue-T")
        #expect(configuration.inputs == [.fluentd(command: "/usr/sbin/td-agent --suppress-config-dump")])
        #expect(configuration.tags == [#"^hatohol\..*"#])
        #expect(configuration.statusInterval == .seconds(600))
        #expect(configuration.spoolLimit == 1 << 30)
        #expect(configuration.warnings == [])
    }

    @Test func multiline() throws {
        #expect(try self.resolve(["--tail", "/a"]).multiline == nil)
        let joined = try self.resolve(["--tail", "/a", "--multiline-start", #"^\d{4}-"#]).multiline
        #expect(joined?.start.source == #"^\d{4}-"# && joined?.flush == .seconds(2))
        #expect(
            try self.resolve(["--stdin"], file: "[hap2]\nmultiline_start = ^#\nmultiline_flush = 7\n").multiline?.flush
                == .seconds(7)
        )
    }

    @Test(arguments: [
        ["--tail", "/a", "--multiline-start", "("], ["--syslog", "udp://:1", "--multiline-start", "^x"],
        ["--tail", "/a", "--multiline-flush", "3"],
        ["--tail", "/a", "--multiline-start", "x", "--multiline-flush", "0"],
    ])
    func multilineMistakes(arguments: [String]) {
        #expect(throws: SettingsError.self) { try self.resolve(arguments) }
    }

    @Test func theExchangeIsFoundUnlessItIsNamed() throws {
        #expect(try self.resolve().broker.exchange == .found)
        #expect(try self.resolve(["--amqp-exchange", "events"]).broker.exchange == .named("events"))
        // The empty name is that of the default exchange, and no missing value.
        #expect(try self.resolve(["--amqp-exchange", ""]).broker.exchange == .named(""))
        #expect(try self.resolve(file: "[hap2]\namqp_exchange = ''\n").broker.exchange == .named(""))
        #expect(try self.resolve(file: "[hap2]\namqp_exchange =\n").broker.exchange == .found)
        #expect(throws: SettingsError.self) {
            try self.resolve(["--amqp-exchange", String(repeating: "x", count: 256)])
        }
    }

    @Test func precedence() throws {
        let file = """
            [hap2]
            amqp_broker = from-file
            amqp_queue = from-file
            amqp_user = from-file
            amqp_password = from-file
            amqp_vhost = from-file
            """
        let environment = [
            "HAPI_AMQP_HOST": "from-environment", "HAPI_AMQP_QUEUE": "from-environment", "HAPI_AMQP_USER": "",
            "HAPI_AMQP_PASSWORD": "from-environment", "HAPI_AMQP_PORT": "4711",
        ]
        let configuration = try self.resolve(
            ["--amqp-queue", "from-option", "--amqp-password", "from-option"],
            file: file,
            environment: environment
        )
        #expect(configuration.broker.queues.base == "from-option")
        #expect(configuration.broker.connection.addresses == [BrokerAddress(host: "from-environment", port: 4711)])
        #expect(
            configuration.broker.connection.authentication == .plain(user: "from-file", password: "from-environment")
        )
        #expect(configuration.broker.connection.virtualHost == "from-file")
        #expect(configuration.warnings == [])
    }

    @Test func sampleFileOfTheOriginal() throws {
        let file = """
            # Sample
            [hap2]
            amqp_broker = localhost
            #amqp_port = 5672
            #amqp_vhost = hatohol
            amqp_queue = q01
            amqp_user = hatohol
            amqp_password = ha%%tohol
            disable_poller=False
            transporter = RabbitMQHapiConnector
            status_log_interval = 600
            polling_targets = hosts host_groups host_group_membership triggers events
            """
        let configuration = try self.resolve(file: file)
        #expect(configuration.broker.queues.base == "q01")
        #expect(configuration.broker.connection.authentication == .plain(user: "hatohol", password: "ha%tohol"))
        #expect(configuration.warnings == [])
    }

    @Test func emptyValuesAndUnknownKeysAreTolerated() throws {
        let configuration = try self.resolve(file: "[hap2]\namqp_broker =\nlog_conf =\nspeed = 7\nP = True\n")
        #expect(configuration.broker.connection.addresses.first?.host == "localhost")
        #expect(configuration.warnings.count == 1)
        #expect(configuration.warnings.first?.contains("hap2.conf:4: speed: is not a setting") == true)
    }

    @Test func tlsIsOnWhenAnyFileIsGiven() throws {
        let file = try self.directory.write("x", to: "x.pem")
        let authority = try self.resolve(["--amqp-ssl-ca", file, "--amqp-broker", "a,b:1,[::1]"])
        #expect(authority.broker.connection.tls?.certificateAuthorityPath == file)
        #expect(authority.broker.connection.addresses.map(\.port) == [5671, 1, 5671])
        #expect(authority.warnings == ["no password is given: signing in as hatohol with the default one"])

        let both = ["--amqp-ssl-key", file, "--amqp-ssl-cert", file]
        let external = try self.resolve(both + ["--amqp-auth", "external", "--amqp-port=5672"])
        #expect(external.broker.connection.authentication == .external)
        #expect(external.broker.connection.addresses.map(\.port) == [5672])

        let unverified = try self.resolve(both + ["--amqp-auth=external", "--amqp-ssl-verify=none"])
        #expect(unverified.broker.connection.tls?.verification == TLSConfiguration.Verification.none)
        #expect(unverified.warnings.count == 1)
    }

    @Test func passwords() throws {
        let file = try self.directory.write("secret\nmore\n", to: "password")
        let open = try self.directory.write("secret\n", to: "open", mode: 0o644)
        func password(_ configuration: Configuration) -> Authentication {
            configuration.broker.connection.authentication
        }
        let expected = Authentication.plain(user: "hatohol", password: "secret")

        let fromFile = try self.resolve(["--amqp-password-file", file], file: "[hap2]\namqp_password = x\n")
        #expect(password(fromFile) == expected)
        #expect(fromFile.warnings == [])
        #expect(try self.resolve(["--amqp-password-file", open]).warnings.count == 1)

        let fromOption = try self.resolve(
            ["--amqp-password", "secret"],
            file: "[hap2]\namqp_password_file = \(file)\n"
        )
        #expect(password(fromOption) == expected)
        #expect(fromOption.warnings.first?.contains("HAPI_AMQP_PASSWORD") == true)
        #expect(fromOption.warnings.contains { $0.contains("secret") } == false)

        let error = #expect(throws: SettingsError.self) {
            try self.resolve(["--amqp-password", "secret", "--amqp-password-file", file])
        }
        #expect(error?.description.contains("secret") == false)
    }

    @Test(arguments: [
        (["--amqp-port", "0"], "--amqp-port: '0' is not a whole number from 1 to 65535", true),
        (["--amqp-auth", "external"], "--amqp-auth: external signs in by certificate", true),
        (["--amqp-queue-type", "fast"], "--amqp-queue-type: 'fast' is not one of durable, quorum, transient", true),
        (
            ["--amqp-ssl-key", "/nowhere/key.pem"], "--amqp-ssl-key: /nowhere/key.pem cannot be read: No such file",
            false
        ),
        (["--amqp-ssl-key", "/etc/passwd"], "--amqp-ssl-key: needs the certificate", true),
        (["--amqp-ssl-cert", "/etc/passwd"], "--amqp-ssl-cert: needs the key", true),
        (["--amqp-ssl-crl", "/etc/passwd"], "--amqp-ssl-crl: is of use with TLS only", true),
        (["--amqp-broker", "a,:1"], "--amqp-broker: no usable host name", true),
        (["--tag", "("], "--tag: '(' is not a regular expression", true),
        (["--log", "LOUD"], "--log: 'LOUD' is not one of DEBUG", true),
        (["--from", "middle"], "--from: 'middle' is not one of beginning, end", true),
        (["--sync-files", "maybe"], "--sync-files: 'maybe' is not one of yes, no", true),
        (["--spool-limit", "much"], "--spool-limit: 'much' is not a size", true),
        (["--status-log-interval=-1"], "--status-log-interval: '-1' is not a whole number", true),
        (["--polling-targets", "all"], "--polling-targets: 'all' is not one of hosts", true),
        (["--transporter", "X"], "--transporter: 'X' is not one of RabbitMQHapiConnector", true),
        (["--config", "/nowhere/hap2.conf"], "/nowhere/hap2.conf: cannot be read: No such file or directory", false),
    ])
    func mistakesAreNamed(arguments: [String], expected: String, isUsage: Bool) {
        let error = #expect(throws: SettingsError.self) { try self.resolve(arguments) }
        #expect(error?.description.hasPrefix(expected) == true, "\(String(describing: error))")
        #expect(error?.isUsage == isUsage)
    }

    @Test func mistakesInFilesNameTheLine() {
        let error = #expect(throws: SettingsError.self) { try self.resolve(file: "[hap2]\n\namqp_port = abc\n") }
        #expect(
            error?.description.hasSuffix("hap2.conf:3: amqp_port: 'abc' is not a whole number from 1 to 65535") == true
        )
        #expect(error?.isUsage == false)
        let section = #expect(throws: SettingsError.self) { try self.resolve(file: "[other]\n") }
        #expect(section?.description.hasSuffix("hap2.conf: has no section [hap2]") == true)
    }

    @Test func sources() throws {
        #expect(
            try self.resolve(["--tail", "a", "--tail", "b"]).inputs == [
                .files(patterns: ["a", "b"], fromBeginning: false)
            ]
        )
        #expect(try self.resolve(["--stdin"]).inputs == [.standardInput])
        let all = try self.resolve(["--tail=a", "--from=beginning", "--fluentd-launch=x y"])
        #expect(all.inputs == [.files(patterns: ["a"], fromBeginning: true), .fluentd(command: "x y")])
        let fromFile = try self.resolve(file: "[hap2]\ntail = /var/log/a b.log\n  /var/log/c.log\n")
        #expect(fromFile.inputs == [.files(patterns: ["/var/log/a b.log", "/var/log/c.log"], fromBeginning: false)])
    }

    @Test func pythonLoggingFile() throws {
        let path = try self.directory.write(
            """
            [loggers]
            keys=root, hatohol
            [handlers]
            keys=file,syslog
            [logger_root]
            level=DEBUG
            handlers=file
            [logger_hatohol]
            level=WARNING
            handlers=file,syslog
            qualname=hatohol
            propagate=0
            [handler_file]
            class=handlers.WatchedFileHandler
            args=('/var/log/hatohol/arm.log', 'a')
            [handler_syslog]
            class=handlers.SysLogHandler
            args=('/dev/log',)
            """,
            to: "logging.conf"
        )
        let configuration = try self.resolve(["--log-conf", path])
        #expect(configuration.log.level == .warning)
        #expect(configuration.log.path == "/var/log/hatohol/arm.log")
        #expect(configuration.warnings.count == 1)
        #expect(configuration.warnings.first?.contains("syslog (SysLogHandler) is not honoured") == true)
        #expect(try self.resolve(["--log-conf", path, "--log", "DEBUG"]).log.level == .debug)
    }
}
