import Daemon
import Testing

@Suite("Addresses of peers")
struct PeerNetworkTests {
    @Test(
        "of one network count as one",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::", "2001:db8:1:2::/64"), ("fe80::1%eth0", "fe80:0:0:0::/64"), ("::1", "0:0:0:0::/64"),
            ("", ""), ("unknown", "unknown"),
        ]
    )
    func networks(address: String, network: String) {
        #expect(PeerNetwork(address).description == network)
    }

    @Test(
        "are proxies however they are written, and nobody else is",
        arguments: [
            ("192.0.2.1", nil), ("::ffff:192.0.2.1", nil), ("2001:db8::1", nil), ("2001:0db8:0:0::1", nil),
            ("192.0.2.2", "192.0.2.2"), ("2001:db8::2", "2001:db8:0:0::/64"),
        ]
    )
    func proxies(address: String, network: String?) {
        var limits = PeerLimits()
        limits.proxies = ["::ffff:192.0.2.1", "2001:db8:0::1"]
        #expect(limits.network(of: address)?.description == network)
        #expect(limits.network(of: nil) == nil, "a Unix socket is for this machine")
    }

    @Test(
        "are told from other texts",
        arguments: [("192.0.2.1", true), ("::1", true), ("localhost", false), ("192.0.2.1:80", false), ("", false)]
    )
    func texts(text: String, isAddress: Bool) { #expect(PeerNetwork.isAddress(text) == isAddress) }
}
