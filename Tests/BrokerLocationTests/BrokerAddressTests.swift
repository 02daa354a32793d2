import BrokerLocation
import Testing

@Suite struct BrokerAddressTests {
    @Test(arguments: [
        ("h1", [BrokerAddress(host: "h1", port: 5671)]),
        ("h1:1, h2 ,h3:65535", [("h1", 1), ("h2", 5671), ("h3", 65535)].map { BrokerAddress(host: $0.0, port: $0.1) }),
        ("[::1]:5", [BrokerAddress(host: "::1", port: 5)]),
        ("[2001:db8::7]", [BrokerAddress(host: "2001:db8::7", port: 5671)]),
        ("2001:db8::7", [BrokerAddress(host: "2001:db8::7", port: 5671)]),
        ("127.0.0.1:5672", [BrokerAddress(host: "127.0.0.1", port: 5672)]),
    ])
    func reads(text: String, addresses: [BrokerAddress]) throws {
        #expect(try BrokerAddress.list(parsing: text, defaultPort: 5671) == addresses)
    }

    @Test(arguments: [
        "", ",", "a,,b", ":5671", "h:", "h:0", "h:65536", "h:-1", "h:+1", "h:x", "[::1", "[::1]5", "[]:1", "a b", "a/b",
        "a@b", "a?b", "a#b", "a\\b", "a:b:c", "%zz", "web%31",
        String(repeating: "h,", count: 64) + "h",
    ])
    func refuses(text: String) {
        #expect(throws: BrokerLocationError.self) { try BrokerAddress.list(parsing: text, defaultPort: 5671) }
    }

    @Test func isWrittenAsItIsRead() throws {
        for text in ["h1:5671", "[::1]:5671", "127.0.0.1:1"] {
            #expect(try BrokerAddress.list(parsing: text, defaultPort: 9).map(\.description) == [text])
        }
    }
}
