import AMQP
import Testing

@Suite struct ConnectionURLTests {
    @Test func readsEverything() throws {
        let url = "amqps://us%40er:p%3Aa%2Fss@h1:1,[::1]/v%2Fh"
        let configuration = try ConnectionConfiguration(url: url)
        #expect(configuration.addresses.map(\.description) == ["h1:1", "[::1]:5671"])
        #expect(configuration.virtualHost == "v/h")
        #expect(configuration.authentication == .plain(user: "us@er", password: "p:a/ss"))
        #expect(configuration.tls == TLSConfiguration())
    }

    @Test(arguments: [
        ("amqp://h", "/"), ("amqp://h/", "/"), ("amqp://h/%2F", "/"), ("AMQP://h/x", "x"), ("amqp://h/%2f", "/"),
    ])
    func readsVirtualHost(url: String, virtualHost: String) throws {
        let configuration = try ConnectionConfiguration(url: url)
        #expect(configuration.virtualHost == virtualHost)
        #expect(configuration.addresses == [BrokerAddress(host: "h", port: 5672)])
        #expect(configuration.tls == nil)
        #expect(configuration.authentication == .plain(user: "guest", password: "guest"))
    }

    @Test func signsInByCertificateWithoutUser() throws {
        let tls = TLSConfiguration(certificateChainPath: "c", privateKeyPath: "k")
        #expect(try ConnectionConfiguration(url: "amqps://h", tls: tls).authentication == .external)
        #expect(
            try ConnectionConfiguration(url: "amqps://u:p@h", tls: tls).authentication
                == .plain(user: "u", password: "p")
        )
    }

    @Test(arguments: [
        "", "h", "http://h", "amqp:/h", "amqp://", "amqp://u:hush@", "amqp://u:hush@h:x", "amqp://u:hush%@h",
        "amqp://u:hush%f@h",
        "amqp://u:hush%zz@h", "amqp://u:hush%ff@h", "amqp://u:hush@h/a/b", "amqp://u:hush@h/a?b=c",
        "amqp://u:hush%00@h",
    ])
    func refusesWithoutShowingThePassword(url: String) {
        let error = #expect(throws: AMQPError.self) { try ConnectionConfiguration(url: url) }
        #expect(error?.code == .configuration)
        #expect(error?.description.contains("hush") == false)
    }

    @Test func refusesTLSWithPlainScheme() {
        #expect(throws: AMQPError.self) { try ConnectionConfiguration(url: "amqp://h", tls: TLSConfiguration()) }
    }

    @Test func neverShowsThePassword() throws {
        let configuration = try ConnectionConfiguration(url: "amqp://u:hush@h")
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("hush"))
        #expect(!"\(configuration)".contains("hush"))
        #expect(!String(reflecting: configuration).contains("hush"))
    }
}
