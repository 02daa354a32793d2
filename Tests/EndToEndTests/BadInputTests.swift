internal import Glibc
import TestSupport
import Testing

/// Mistakes of operators: one line that names the thing, and the right exit status.
@Suite(.timeLimit(.minutes(5)))
struct BadInputTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var status: Int32 = 1
        var says: [String]
        /// Changes good options into bad ones.
        var change: @Sendable (inout [String], PrivateBroker) throws -> Void
    }

    static func replace(_ option: String, _ value: String, in options: inout [String]) {
        if let index = options.firstIndex(of: option) {
            options[index + 1] = value
        } else {
            options += [option, value]
        }
    }

    static let mistakes: [Mistake] = [
        Mistake(testDescription: "missing key", says: ["/nowhere/key.pem"]) { options, _ in
            Self.replace("--amqp-ssl-key", "/nowhere/key.pem", in: &options)
        },
        Mistake(testDescription: "key of another certificate", says: ["key"]) { options, broker in
            Self.replace("--amqp-ssl-key", try broker.authority.issue("another").key, in: &options)
        },
        Mistake(testDescription: "wrong authority", says: ["tls", "certificate verify failed"]) { options, _ in
            Self.replace("--amqp-ssl-ca", try TestAuthority(name: "Nobody knows me").certificate, in: &options)
        },
        Mistake(testDescription: "expired certificate", says: ["expired"]) { options, broker in
            let expired = try broker.authority.issue(PrivateBroker.certificateUser, isExpired: true)
            Self.replace("--amqp-ssl-cert", expired.certificate, in: &options)
            Self.replace("--amqp-ssl-key", expired.key, in: &options)
        },
        Mistake(testDescription: "TLS to the plain port", says: ["tls"]) { options, broker in
            Self.replace("--amqp-broker", "localhost:\(broker.plainPort)", in: &options)
        },
        Mistake(testDescription: "missing virtual host", says: ["nowhere"]) { options, _ in
            Self.replace("--amqp-vhost", "nowhere", in: &options)
        },
        Mistake(testDescription: "port closed", says: ["connect"]) { options, _ in
            Self.replace("--amqp-broker", "localhost:\(try Loopback.closedPort())", in: &options)
        },
        Mistake(testDescription: "no such name", says: ["resolve", "no-such-host.invalid"]) { options, _ in
            Self.replace("--amqp-broker", "no-such-host.invalid", in: &options)
        },
        Mistake(testDescription: "wrong password", says: ["sign-in", "403"]) { options, _ in
            Self.replace("--amqp-auth", "plain", in: &options)
            Self.replace("--amqp-user", PrivateBroker.user, in: &options)
        },
        Mistake(testDescription: "unknown option", status: 64, says: ["--no-such-option"]) { options, _ in
            options.append("--no-such-option")
        },
        Mistake(testDescription: "malformed configuration file", says: ["bad.conf:2"]) { options, _ in
            let file = "/tmp/\(uniqueName("hatohol"))-bad.conf"
            guard let stream = fopen(file, "w") else { throw TestFailure("cannot write \(file)") }
            fputs("[hap2]\nthis is not a setting\n", stream)
            fclose(stream)
            Self.replace("--config", file, in: &options)
        },
    ]

    @Test(arguments: mistakes)
    func `a mistake is named`(_ mistake: Mistake) async throws {
        let broker = try await PrivateBroker.shared
        let directory = try TemporaryDirectory()
        var options =
            ["--amqp-broker", "localhost:\(broker.tlsPort)", "--amqp-vhost", "hatohol", "--amqp-auth", "external"]
            + ["--amqp-queue", uniqueName("mistake"), "--amqp-ssl-ca", broker.authority.certificate]
            + ["--amqp-ssl-cert", broker.client.certificate, "--amqp-ssl-key", broker.client.key]
            + ["--state-dir", directory.file("state"), "--stdin", "--test-connection"]
        try mistake.change(&options, broker)
        let outcome = try await Outcome.of(
            Programs.agent,
            options,
            environment: ["HAPI_AMQP_PASSWORD": "not the password"]
        )
        #expect(outcome.status == mistake.status, "\(outcome.errors)")
        let said = (outcome.output + outcome.errors).lowercased()
        for word in mistake.says { #expect(said.contains(word.lowercased()), "\(said)") }
        #expect(!said.contains("not the password"))
    }
}
