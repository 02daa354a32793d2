internal import AMQP
internal import Logging
internal import Store

/// Says in good time that a certificate will end.
enum CertificateExpiry {
    /// How long before the end it is said, at each connect.
    private static let warning: Int64 = 30 * 86_400

    static func report(_ peer: PeerInfo?, to logger: Logger) {
        let now = ArmShell.now.wall.nanoseconds / 1_000_000_000
        let ends = [
            ("our certificate", peer?.clientCertificateNotAfter),
            ("the broker's certificate", peer?.certificateNotAfter),
        ]
        for case (let name, let end?) in ends where end - now < Self.warning {
            logger.warning("\(name) ends soon", metadata: ["days-left": "\(max(0, end - now) / 86_400)"])
        }
    }
}
