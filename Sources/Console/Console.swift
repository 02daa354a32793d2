internal import HTTPServing
internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
public import Logging
public import ServiceLifecycle
internal import Serving
public import Store

/// The console: web pages, the REST API and live updates over one store.
///
/// It serves until the service group shuts down; open live pages are ended then, and requests that run get ten seconds to be
/// finished before their connections are closed.
public struct Console: Service {
    private static let heartbeat = Duration.seconds(15)
    private static let shutdownPatience = Duration.seconds(10)

    let site: Site
    private let certificate: ServedCertificate?
    /// Who is let in where there are revocation lists; otherwise NIOSSL decides.
    private let clients: ClientCertificates?
    private let logger: Logger
    private let onReady: @Sendable (Int) async -> Void

    /// Prepares a console; nothing is listened to before ``run()``.
    ///
    /// `onReady` is called with the port once requests are answered. Throws ``ConsoleError`` when plain HTTP would leave this
    /// machine without being asked for, or when certificate and key cannot be used.
    public init(
        store: MonitoringStore,
        configuration: ConsoleConfiguration,
        logger: Logger,
        onReady: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws {
        guard configuration.tls != nil || configuration.isLoopback || configuration.allowsPlainHTTP else {
            throw ConsoleError(
                stage: "listen on \(configuration.host)",
                reason: "plain HTTP is only served on loopback; give a certificate and key, or allow it behind a proxy"
            )
        }
        self.certificate = try configuration.tls.map(ServedCertificate.init)
        if let authority = configuration.tls?.clientAuthority, let lists = configuration.tls?.clientRevocationLists {
            self.clients = try ClientCertificates(authority: authority, revocationLists: lists)
        } else {
            self.clients = nil
        }
        self.site = try Site(store: store, configuration: configuration, logger: logger)
        self.logger = logger
        self.onReady = onReady
    }

    /// Serves until it is shut down.
    public func run() async throws {
        let application = try self.application()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await withGracefulShutdownHandler {
                    try await application.run()
                } onGracefulShutdown: {
                    self.site.connections.finish()
                    Task { await self.site.live.finish() }
                }
            }
            group.addTask { await self.site.live.keepAlive(every: Self.heartbeat) }
            group.addTask { await self.waitForPeers() }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Reads certificate and key again, for the connections that come from now on.
    ///
    /// Throws ``ConsoleError`` when they cannot be used; what was served before is served on then.
    public func reload() throws {
        try self.certificate?.reload()
    }

    func application() throws -> Application<RouterResponder<ConsoleContext>> {
        let configuration = self.site.configuration
        return Application(
            router: Self.routes().router(for: self.site),
            server: try self.server(),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                serverName: nil,
                availableConnectionsDelegate: ConnectionBounds.acceptance(most: configuration.mostConnections)
            ),
            onServerRunning: { [onReady] channel in await onReady(channel.localAddress?.port ?? 0) },
            logger: self.logger
        )
    }

    /// How connections are served: each in its turn, within its deadlines, and over TLS when there is a certificate.
    private func server() throws -> HTTPServerBuilder {
        let deadlines = PeerDeadlines.Limits(patience: .seconds(self.site.configuration.patience))
        let connections = self.site.connections
        let tls = try self.certificate?.configuration()
        return HTTPServerBuilder { [clients] responder in
            let http = HTTP1Channel(
                responder: responder,
                // A connection without a request that runs, or comes, is closed after a minute.
                configuration: .init(additionalChannelHandlers: [PeerDeadlines(deadlines)], idleTimeout: .seconds(60))
            )
            guard let tls else { return AdmittedChannel(http, connections: connections) }
            guard let clients else {
                return AdmittedChannel(try TLSChannel(http, tlsConfiguration: tls), connections: connections)
            }
            let verified = VerifiedChannel(base: http, configuration: tls, clients: clients)
            return AdmittedChannel(verified, connections: connections)
        }
    }

    /// Every route there is.
    static func routes() -> Routes {
        var routes = Routes()
        SystemAPI.register(&routes)
        EventsAPI.register(&routes)
        InventoryAPI.register(&routes)
        ServersAPI.register(&routes)
        AccountsAPI.register(&routes)
        SystemAPI.registerDocument(&routes)
        Pages.register(&routes)
        return routes
    }

    /// Returns some time after the shutdown began: a peer that reads or sends nothing must not keep it from ending.
    private func waitForPeers() async {
        do {
            try await gracefulShutdown()
            try await Task.sleep(for: Self.shutdownPatience)
            self.logger.warning("requests are not done in time; their connections are closed")
        } catch {
            return  // all is done
        }
    }
}

/// Why the console cannot be served.
public struct ConsoleError: Error, Sendable, CustomStringConvertible {
    /// What was being done.
    public let stage: String
    /// Why it failed, and what to do.
    public let reason: String

    /// Where it failed and why, in one line.
    public var description: String { "console: \(self.stage): \(self.reason)" }
}
