internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOSSL

/// A TLS connection whose client is verified by ``ClientCertificates``, and each time anew.
///
/// A client that resumes a session shows no certificate (RFC 8446, section 2.2), and so one that was revoked meanwhile would still be let in for
/// two days. Tickets are good for the context that made them, so each connection has a context of its own.
struct VerifiedChannel<Base: ServerChildChannel>: ServerChildChannel {
    typealias Value = Base.Value

    let base: Base
    let configuration: TLSConfiguration
    let clients: ClientCertificates

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        channel.eventLoop.makeCompletedFuture {
            let handler = NIOSSLServerHandler(
                context: try NIOSSLContext(configuration: self.configuration),
                customVerificationCallback: { chain, promise in
                    let reason = self.refusal(of: chain)
                    if let reason {
                        logger.warning("a client certificate is refused", metadata: ["reason": "\(reason)"])
                    }
                    promise.succeed(reason == nil ? .certificateVerified : .failed)
                },
                configuration: .init()
            )
            try channel.pipeline.syncOperations.addHandler(handler)
        }.flatMap {
            self.base.setup(channel: channel, logger: logger)
        }
    }

    func handle(value: Base.Value, logger: Logger) async { await self.base.handle(value: value, logger: logger) }

    private func refusal(of chain: [NIOSSLCertificate]) -> String? {
        do {
            return self.clients.refusal(of: try chain.map { try $0.toDERBytes() })
        } catch {
            return "\(error)"
        }
    }
}
