internal import CertificateAuthority
internal import Daemon
internal import HTTPServing
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import Serving

/// OCSP over HTTP (RFC 6960 appendix A): POST, and GET with the request in the path.
///
/// Bounded by 2,048 connections, half of the descriptors if these are fewer, 64 KiB for a request, and the limits for strangers.
struct ResponderService {
    private static let limit = 64 << 10
    private static let mostConnections = 2048
    private let responder: Responder
    private let limits: PeerLimits

    init(_ responder: Responder, limits: PeerLimits) {
        self.responder = responder
        self.limits = limits
    }

    /// Serves until SIGTERM or SIGINT; `onReady` is told the port.
    func run(host: String, port: Int, onReady: @escaping @Sendable (Int) -> Void) async throws {
        let logger = Logger(label: "hatohol-ca") { StreamLogHandler.standardError(label: $0) }
        let most = ConnectionBounds.most(Self.mostConnections)
        let reports = ConnectionReports("the OCSP responder", logger: logger)
        let connections = Connections(self.limits, most: most) { reports.note($0, address: $1) }
        let application = Application(
            responder: CallbackResponder { (request: Request, _: BasicRequestContext) in await self.respond(request) },
            server: HTTPServerBuilder { [limits] responder in
                let http = HTTP1Channel.forStrangers(responder, limits: limits, connections: connections)
                return AdmittedChannel(http, connections: connections)
            },
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: ConnectionBounds.acceptance(most: most)
            ),
            onServerRunning: { onReady($0.localAddress?.port ?? 0) },
            logger: Logger(label: "http", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        try await AdmittingService(application, connections: connections).runUntilSignal()
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
        } catch is HTTPParserError {
            return Response(status: .badRequest)
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
