internal import Daemon
internal import Hummingbird
internal import NIOCore
internal import NIOSSL

/// What a request knows besides itself: the connection it came over.
struct ServiceContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    var maxUploadSize: Int { 64 * 1024 }

    init(source: ApplicationRequestContextSource) {
        self.coreContext = CoreRequestContextStorage(source: source)
        self.channel = source.channel
    }

    /// The peer's IP address.
    var address: String { self.channel.remoteAddress?.ipAddress ?? "unknown" }

    /// What counts as the peer's address.
    var network: String { PeerNetwork(self.address).description }

    /// The certificate that the peer showed, in DER, and whose key it proved to have; nil when it showed none.
    ///
    /// Whether the certificate is any good has not been looked at.
    var peerCertificate: [UInt8]? {
        get async throws { try await self.channel.nioSSL_peerCertificate().get()?.toDERBytes() }
    }
}
