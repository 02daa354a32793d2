internal import AMQP
internal import HAPI

/// Tells when certificates of a connection come near their end.
struct CertificateExpiry {
    /// How many days before the end it is said.
    static let days: Int64 = 14

    private let ends: [(name: String, end: Int64)]

    init(_ peer: PeerInfo?) {
        let candidates = [
            ("the client certificate", peer?.clientCertificateNotAfter),
            ("the broker's certificate", peer?.certificateNotAfter),
        ]
        self.ends = candidates.compactMap { name, end in end.map { (name, $0) } }
    }

    /// What ends soon; `nil` if nothing does.
    func warning(at now: TimeStamp) -> String? {
        let texts = self.ends.compactMap { name, end -> String? in
            let left = (end - now.seconds) / 86_400
            return left < Self.days ? "\(name) ends in \(max(left, 0)) days: renew it" : nil
        }
        return texts.isEmpty ? nil : texts.joined(separator: "; ")
    }
}
