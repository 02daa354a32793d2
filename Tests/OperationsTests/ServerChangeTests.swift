import Operations
import Store
import Testing

/// What may be registered as a monitoring server, whoever asks for it.
struct ServerChangeTests {
    private static func change(_ set: (inout ServerChange) -> Void = { _ in }) -> ServerChange {
        var change = ServerChange()
        (change.nickname, change.brokerURL, change.queue) = ("web1", "amqps://broker.example.com/hatohol", "web1")
        set(&change)
        return change
    }

    private static let known = MonitoringServer(
        id: 1,
        nickname: "web1",
        type: "d91ba1cb-a64a-4072-b2b8-2f91bcae1818",
        broker: .init(
            url: BrokerURL("amqps://hatohol:secret@broker.example.com/hatohol"),
            queue: "web1",
            armUser: "web1"
        )
    )

    struct Case: Sendable {
        let parameter: String
        let change: ServerChange

        init(_ parameter: String, _ set: (inout ServerChange) -> Void) {
            self.parameter = parameter
            self.change = ServerChangeTests.change(set)
        }
    }

    @Test(arguments: [
        Case("nickname") { $0.nickname = "" },
        Case("nickname") { $0.nickname = " \t\u{3000}" },
        Case("nickname") { $0.nickname = String(repeating: "端", count: 256) },
        Case("queue") { $0.queue = "" },
        Case("queue") { $0.queue = String(repeating: "😀", count: 64) },
        Case("queue") { $0.queue = String(repeating: "q", count: 254) },
        Case("armUser") { $0.armUser = String(repeating: "é", count: 128) },
        Case("type") { $0.type = "no such type" },
        Case("queueType") { $0.queueType = "lazy" },
        Case("brokerURL") { $0.brokerURL = "amqps://%zz:99999999/a/b/c" },
        Case("brokerURL") { $0.brokerURL = "amqps://" },
        Case("brokerURL") { $0.brokerURL = "http://broker.example.com" },
        Case("brokerURL") { $0.brokerURL = "amqps://u:***@broker.example.com/" },
        Case("brokerURL") { $0.brokerPassword = "secret" },
        Case("brokerURL") {
            $0.brokerURL = "amqp://broker.example.com"
            $0.tlsCertificateAuthority = "/ca.pem"
        },
        Case("tlsKey") { $0.tlsCertificate = "/cert.pem" },
        Case("pollingInterval") { $0.pollingInterval = 0 },
        Case("retryInterval") { $0.retryInterval = 2_678_401 },
        Case("extendedInfo") { $0.extendedInfo = String(repeating: "x", count: 32_768) },
    ])
    func whatIsRefused(_ example: Case) {
        let refusal = #expect(throws: Refusal.self) { try example.change.applied(to: .blank) }
        #expect(refusal?.parameter == example.parameter)
        #expect(refusal?.description.contains("secret") == false)
    }

    @Test func whatIsTaken() throws {
        let server = try Self.change {
            $0.queue = String(repeating: "q", count: 253)
            $0.type = "6F024E3E-A2CD-11E5-BFC7-D43D7E3146FB"
            $0.nickname = String(repeating: "端", count: 255)
        }.applied(to: .blank)
        #expect(server.type == "6f024e3e-a2cd-11e5-bfc7-d43d7e3146fb")
        #expect(server.broker.armUser == server.broker.queue)
        #expect(
            try Self.change { $0.type = "ceilometer" }.applied(to: .blank).type
                == "aa25a332-d1f7-11e4-80b4-d43d7e3146fb"
        )
        #expect(try Self.change().applied(to: .blank).type == Self.known.type)
        #expect(try Self.change { $0.armUser = "" }.applied(to: .blank).broker.armUser == nil)
    }

    /// A server from a time with other rules is changed like any other.
    @Test func onlyWhatIsGivenIsChecked() throws {
        var server = Self.known
        (server.nickname, server.type, server.broker.queue) = (" ", "no such type", String(repeating: "q", count: 300))
        server.broker.url = BrokerURL("nonsense")
        var change = ServerChange()
        change.pollingInterval = 60
        #expect(try change.applied(to: server).settings.pollingInterval == 60)
        (change.nickname, change.type) = (server.nickname, server.type)
        change.queue = server.broker.queue
        #expect(try change.applied(to: server).nickname == " ")
    }

    @Test func thePasswordStaysWhereItIsKnown() throws {
        var change = ServerChange()
        change.brokerURL = Self.known.broker.url.description
        #expect(try change.applied(to: Self.known) == Self.known)
        change.brokerURL = "amqps://hatohol:***@other.example.com/hatohol"
        #expect(throws: Refusal.self) { try change.applied(to: Self.known) }
        change.brokerPassword = "another"
        #expect(try change.applied(to: Self.known).broker.url.parts.password == "another")
    }
}
