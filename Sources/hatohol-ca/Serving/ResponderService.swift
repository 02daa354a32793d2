internal import CertificateAuthority
internal import Daemon
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore

/// OCSP over HTTP (RFC 6960 appendix A): POST, and GET with the request in the path.
///
/// Bounded by 256 connections, half of the descriptors if these are fewer, 64 KiB for a request, and 60 seconds for a connection that does nothing.
struct ResponderService {
    private static let limit = 64 << 10
    private let responder: Responder

    init(_ responder: Responder) { self.responder = responder }

    /// Serves until SIGTERM or SIGINT; `onReady` is told the port.
    func run(host: String, port: Int, onReady: @escaping @Sendable (Int) -> Void) async throws {
        let application = Application(
            responder: CallbackResponder { (request: Request, _: BasicRequestContext) in await self.respond(request) },
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(
                    min(256, DescriptorLimit.forStrangers / 2)
                )
            ),
            onServerRunning: { onReady($0.localAddress?.port ?? 0) },
            logger: Logger(label: "http", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        try await application.runService()
    }

    /// The answer to a request; where the fault is ours the log says what it is, and the client that there is one.
    private func answer(_ request: [UInt8]) async throws -> [UInt8] {
        do {
            return try await self.responder.answer(request)
        } catch let error as AuthorityError {
            tell(["\(error)"])
            return try Authority.ocspFailure()
        }
    }

    private func respond(_ request: Request) async -> Response {
        do {
            let bytes: [UInt8]
            switch request.method {
            case .post:
                var request = request
                bytes = Array(try await request.collectBody(upTo: Self.limit).readableBytesView)
            case .get: bytes = OCSPPath.request(in: request.uri.path) ?? []
            default: return Response(status: .methodNotAllowed, headers: [.allow: "GET, POST"])
            }
            let answer = try await self.answer(bytes)
            return Response(
                status: .ok,
                headers: [.contentType: "application/ocsp-response", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer))
            )
        } catch is NIOTooManyBytesError {
            return Response(status: .contentTooLarge)
        } catch let error as any HTTPResponseError {
            return Response(status: error.status)
        } catch {
            tell(["answering an OCSP request failed: \(error)"])
            return Response(status: .internalServerError)
        }
    }
}
