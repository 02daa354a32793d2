internal import Glibc
internal import NIOCore
internal import NIOSSL
internal import NIOTLS

/// Watches the TLS handshake of one connection: says in words why it fails, and ends one that takes too long.
final class TLSHandshakeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let limit: TimeAmount
    private let onSuccess: () -> Void
    private let report: (_ reason: String) -> Void
    private var timer: Scheduled<Void>?
    private var isOver = false

    /// - Parameters:
    ///   - limit: How long the handshake may take.
    ///   - onSuccess: Called when it is finished.
    ///   - report: Is told once why the handshake failed.
    init(limit: TimeAmount, onSuccess: @escaping () -> Void, report: @escaping (_ reason: String) -> Void) {
        self.limit = limit
        self.onSuccess = onSuccess
        self.report = report
    }

    func channelActive(context: ChannelHandlerContext) {
        self.timer = context.eventLoop.assumeIsolated().scheduleTask(in: self.limit) {
            guard !self.isOver else { return }
            self.finish()
            self.report("its TLS handshake took too long")
            context.close(promise: nil)
        }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted:
            self.finish()
            self.onSuccess()
        case is StopReading: self.finish()
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !self.isOver {
            self.finish()
            let certificate = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
                .peerCertificate
            if let reason = Self.reason(error, certificate) { self.report(reason) }
        }
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.finish()
        context.fireChannelInactive()
    }

    private func finish() {
        self.isOver = true
        self.timer?.cancel()
        self.timer = nil
    }

    /// Why the peer was refused; `nil` when it went away by itself, as probes of ports do.
    private static func reason(_ error: any Error, _ certificate: NIOSSLCertificate?) -> String? {
        guard case NIOSSLError.handshakeFailed(let failure) = error else { return "\(error)" }
        let text = "\(failure)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return self.reason(certificate) }
        return self.reasons.first { text.contains($0.sign) }.map(\.reason) ?? text
    }

    private static func reason(_ certificate: NIOSSLCertificate?) -> String {
        let now = time(nil)
        if let certificate, certificate.notValidAfter < now { return "its certificate has expired" }
        if let certificate, certificate.notValidBefore > now { return "its certificate is not valid yet" }
        return "its certificate is not one for clients by an authority that we trust"
    }

    /// What the TLS library's errors mean; an empty reason is nobody's business.
    private static let reasons: [(sign: String, reason: String?)] = [
        ("EOF during handshake", nil),
        ("PEER_DID_NOT_RETURN_A_CERTIFICATE", "it has no client certificate"),
        ("HTTP_REQUEST", "it speaks HTTP, not TLS"),
        ("WRONG_VERSION_NUMBER", "what it sends is not TLS"),
        ("UNSUPPORTED_PROTOCOL", "its TLS is older than 1.2"),
        ("NO_SHARED_CIPHER", "its TLS shares no cipher with ours"),
        ("UNKNOWN_CA", "it does not trust our certificate"),
        ("CERTIFICATE_UNKNOWN", "it does not accept our certificate"),
        ("BAD_CERTIFICATE", "it does not accept our certificate"),
        ("CERTIFICATE_EXPIRED", "it says that our certificate has expired"),
    ]
}
