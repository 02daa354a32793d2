internal import CertificateAuthority
internal import Daemon
internal import Enrolment
internal import HTTPServing
internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import Serving
internal import Synchronization

/// The enrolment service: HTTPS around a ``Registrar``.
///
/// Bounded by 2,048 connections, half of the descriptors if these are fewer, 64 KiB for a body, 16 KiB for its head, 30 seconds for a body to arrive, the
/// limits of ``Admission``, and those for strangers.
final class EnrolmentService: Sendable {
    private static let mostConnections = 2048
    static let timeToArrive = Duration.seconds(30)

    let registrar: Registrar
    private let host: HostName
    let logger: Logger
    let admission: Mutex<Admission>
    /// The audit log is for people: floods of refusals are for the program's log alone.
    let audits = Mutex(TokenBuckets(perMinute: 60))
    private let identity: ServiceIdentity
    private let peers: PeerLimits
    private let connections: Connections
    /// What is shown instead of the identity of the start, once that was renewed.
    private let renewed = Mutex<NIOSSLContextConfigurationOverride?>(nil)
    let start = ContinuousClock.now

    /// Makes or reads the service's own certificate; nothing is listened to yet.
    init(
        _ registrar: Registrar,
        host: HostName,
        limits: Admission.Limits,
        peers: PeerLimits,
        logger: Logger
    ) async throws {
        self.registrar = registrar
        self.host = host
        self.peers = peers
        let reports = ConnectionReports("the enrolment service", logger: logger)
        self.connections = Connections(peers, most: ConnectionBounds.most(Self.mostConnections)) {
            reports.note($0, address: $1)
        }
        self.logger = logger
        self.admission = Mutex(Admission(limits))
        self.identity = try await registrar.identity(for: host)
    }

    /// Serves until it is told to stop by SIGTERM or SIGINT; requests that run are finished.
    func run(on address: ServiceAddress, onReady: @escaping @Sendable (Int) -> Void) async throws {
        let application = Application(
            router: self.router(),
            server: try self.server(),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port),
                availableConnectionsDelegate: ConnectionBounds.acceptance(
                    most: ConnectionBounds.most(Self.mostConnections)
                )
            ),
            onServerRunning: { onReady($0.localAddress?.port ?? 0) },
            logger: Logger(label: "http", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [connections] in
                try await AdmittingService(application, connections: connections).runUntilSignal()
            }
            group.addTask { await self.keepFresh() }
            try await group.next()
            group.cancelAll()
        }
    }

    /// How connections are served: each in its turn, within its deadlines, and over TLS.
    private func server() throws -> HTTPServerBuilder {
        let tls = try self.tls()
        return HTTPServerBuilder { [peers, connections, decoder] responder in
            let http = HTTP1Channel.forStrangers(responder, limits: peers, connections: connections, decoder: decoder)
            return AdmittedChannel(try TLSChannel(http, configuration: tls), connections: connections)
        }
    }

    private var decoder: HTTP1Channel.Configuration.DecoderConfiguration {
        .init(maxHeaderFieldSize: 8 << 10, maxHeaderListSize: 16 << 10, maxHeaderFieldCount: 100)
    }

    private static func chain(of identity: ServiceIdentity) throws -> [NIOSSLCertificateSource] {
        try NIOSSLCertificate.fromPEMBytes(identity.chain).map { .certificate($0) }
    }

    private static func key(of identity: ServiceIdentity) throws -> NIOSSLPrivateKeySource {
        .privateKey(try NIOSSLPrivateKey(bytes: identity.key, format: .pem))
    }

    private func tls() throws -> TLSChannelConfiguration {
        var configuration = TLSConfiguration.safeServer(
            chain: try Self.chain(of: self.identity),
            key: try Self.key(of: self.identity)
        )
        configuration.certificateVerification = .optionalVerification
        configuration.trustRoots = .certificates([])
        configuration.sslContextCallback = { [weak self] _, promise in
            promise.succeed(self?.renewed.withLock { $0 } ?? .noChanges)
        }
        // Any certificate may come in: the directory knows better than a chain which one is good, and an answer in HTTP says
        // why it is not. That the peer has its key is proved by the handshake all the same.
        return TLSChannelConfiguration(tlsConfiguration: configuration) { _, promise in
            promise.succeed(.certificateVerified)
        }
    }

    /// Renews the service's own certificate and the revocation list in time, also when nobody asks for them.
    private func keepFresh() async {
        // The sleep ends early only when the service ends.
        while (try? await Task.sleep(for: .seconds(3600))) != nil {
            do {
                try await self.registrar.refreshList()
            } catch {
                self.logger.error("renewing the revocation list failed: \(error)")
            }
            do {
                let identity = try await self.registrar.identity(for: self.host)
                guard identity != self.identity else { continue }
                var change = NIOSSLContextConfigurationOverride()
                change.certificateChain = try Self.chain(of: identity)
                change.privateKey = try Self.key(of: identity)
                self.renewed.withLock { $0 = change }
            } catch {
                self.logger.error("renewing the service's own certificate failed: \(error)")
            }
        }
    }
}
