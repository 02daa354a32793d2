import Testing

@testable import AMQP

@Suite struct PeerInfoTests {
    @Test func certificatesAreSaidWhenTheyHaveLessThanSoManyDaysLeft() {
        let (now, day) = (Int64(1_800_000_000), Int64(86_400))
        func ending(_ client: Int64?, _ broker: Int64?) -> [String] {
            var peer = PeerInfo(tlsVersion: "TLSv1.3", cipher: "")
            (peer.clientCertificateNotAfter, peer.certificateNotAfter) = (client, broker)
            return peer.certificatesEnding(within: 14, of: now).map { "\($0.name) \($0.daysLeft)" }
        }
        #expect(ending(nil, nil) == [])
        #expect(ending(now + 14 * day, now + 15 * day) == [])
        #expect(ending(now + 14 * day - 1, nil) == ["the client certificate 13"])
        #expect(ending(now - 30 * day, now + day) == ["the client certificate 0", "the broker's certificate 1"])
    }
}
