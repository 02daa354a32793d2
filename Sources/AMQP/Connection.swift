public import Logging
internal import Synchronization

/// A connection to one broker, served by a thread of its own.
///
/// librabbitmq is entered by this thread only and never blocks the cooperative pool. A connection is opened once; when it has
/// failed, make another. It ends with ``close()``, or abruptly when nobody refers to it any more. Carries as many
/// channels as the broker allows, usually 2047; an error on one of them does not disturb the others.
public actor Connection {
    /// The broker this connection is for.
    public nonisolated let address: BrokerAddress

    nonisolated let configuration: ConnectionConfiguration
    let logger: Logger
    private let lease = EventLoop.Lease()
    private nonisolated let peerInfo = Mutex<PeerInfo?>(nil)
    private nonisolated let userOfBroker: Mutex<String?>

    var phase = Phase.new
    var transport: Transport?
    var heartbeats = HeartbeatMonitor(interval: .zero, now: .now)
    /// Whether librabbitmq may still hold input that `poll` cannot see.
    var hasMoreInput = false
    /// Why the broker takes no messages at the moment.
    var blockedReason: String?
    var channels: [UInt16: ChannelState] = [:]
    var outbox = Outbox()
    var closeDeadline: ContinuousClock.Instant?
    /// No request without an answer is older than this allows; a lower bound.
    var earliestCallDeadline: ContinuousClock.Instant?
    /// Few channels look for queues at a time, so that thousands of users leave the broker's limit to their own.
    let scratchChannels = Turns(16)
    /// Who may make a queue.
    let declarations = Turns(1)
    private var lastSerial: UInt64 = 0
    private var endWaiters: [UInt64: CheckedContinuation<AMQPError?, Never>] = [:]

    enum Phase {
        case new
        case open
        case closing
        case closed(AMQPError?)
    }

    /// The thread of this connection.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.lease.loop.asUnownedSerialExecutor() }

    /// Creates a connection that is not open yet.
    ///
    /// - Parameters:
    ///   - configuration: How to connect; its addresses do not matter here.
    ///   - address: The broker to connect to.
    ///   - user: Its ``user``, if an earlier connection has learned it from the broker.
    ///   - logger: Gets a warning when certificates are not checked, and otherwise debug messages.
    public init(
        configuration: ConnectionConfiguration,
        address: BrokerAddress,
        user: String? = nil,
        logger: Logger
    ) {
        self.userOfBroker = Mutex(user)
        self.configuration = configuration
        self.address = address
        var logger = logger
        logger[metadataKey: "broker"] = "\(address)"
        self.logger = logger
    }

    // MARK: Life

    /// Connects, shakes hands, signs in and opens the virtual host.
    ///
    /// Certificate files are read now. Takes at most `connectTimeout` for each address of the host and as long again for
    /// signing in, besides looking the name up. To be called once.
    /// A task that is cancelled stops waiting at once; the attempt then ends in the background.
    public nonisolated func open() async throws(AMQPError) {
        let result = await FirstResult<Result<Void, AMQPError>>.of { first in
            Task {
                first.set(await self.connectionResult())
            }
        } onCancel: {
            .failure(.cancelled(.connect))
        }
        guard case .failure(let error) = result else { return }
        if error.code == .cancelled { Task { await self.close() } }
        throw error
    }

    private func connectionResult() -> Result<Void, AMQPError> {
        do throws(AMQPError) {
            return .success(try self.connect())
        } catch {
            return .failure(error)
        }
    }

    private func connect() throws(AMQPError) {
        guard case .new = self.phase else {
            throw AMQPError(code: .connectionClosed, stage: .connect, reason: "a connection is opened only once")
        }
        if self.configuration.tls?.verification == TLSConfiguration.Verification.none {
            self.logger.warning("the broker's certificate is not verified: anybody can pretend to be the broker")
        }
        do throws(AMQPError) {
            let transport = try Dialer(address: self.address, configuration: self.configuration).dial()
            try SignIn(transport, self.configuration).perform()
            self.peerInfo.withLock { $0 = transport.peer }
            self.transport = transport
            self.scratchChannels.limit(to: max(1, Int(transport.limits.channels) / 4))
            self.heartbeats = HeartbeatMonitor(interval: transport.limits.heartbeat, now: .now)
            self.hasMoreInput = true
            self.phase = .open
            self.lease.loop.attach(self)
        } catch {
            self.phase = .closed(error)
            throw error
        }
        self.logger.debug("connection opened", metadata: ["tls": "\(self.transport?.peer?.tlsVersion ?? "none")"])
    }

    /// Says goodbye to the broker; waits at most three seconds for its answer.
    ///
    /// Channels end, and what was not yet written is lost. Calling it twice is harmless. A task that is cancelled waits as
    /// well, because that is when most connections are closed.
    public func close() async {
        switch self.phase {
        case .new, .closed: return
        case .closing: break
        case .open: self.beginClosing()
        }
        let id = self.makeSerial()
        _ = await withCheckedContinuation { self.addEndWaiter(id, $0) }
    }

    private func beginClosing() {
        self.phase = .closing
        let error = AMQPError(
            code: .connectionClosed,
            stage: .channel,
            reason: "the connection was closed",
            address: self.address
        )
        for channel in self.channels.values { channel.end(error, isFailure: false) }
        self.outbox.fail(error)
        self.closeDeadline = .now + .seconds(3)
        self.outbox.add(.connectionClose)
        self.attempt { () throws(AMQPError) in try self.flush() }
    }

    /// Waits for the end of the connection, whoever brings it about.
    ///
    /// - Throws: why it broke; nothing after ``close()``. `cancelled` when the calling task is.
    public func waitUntilClosed() async throws(AMQPError) {
        let id = self.makeSerial()
        let error: AMQPError? = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled { return continuation.resume(returning: .cancelled(.receive)) }
                self.addEndWaiter(id, continuation)
            }
        } onCancel: {
            Task { await self.cancelEndWaiter(id) }
        }
        if let error { throw error }
    }

    /// What was found out about the broker while connecting; `nil` before that and without TLS.
    public nonisolated var peer: PeerInfo? { self.peerInfo.withLock { $0 } }

    /// The user that the broker knows this connection by: that of the sign-in, or with EXTERNAL the common name of the client's
    /// certificate, until the broker says which other name it takes from there; `nil` before that name is known.
    ///
    /// RabbitMQ takes the distinguished name unless `ssl_cert_login_from = common_name` is set, and tells it only when it refuses
    /// a message that carries another user.
    public nonisolated var user: String? {
        switch self.configuration.authentication.mechanism {
        case .plain(let user, _): user
        case .external: self.learnedUser ?? self.peer?.clientName
        }
    }

    /// What a refusal of the broker told about ``user``.
    nonisolated var learnedUser: String? { self.userOfBroker.withLock { $0 } }

    func learnUser(from error: AMQPError) {
        guard let user = error.authenticatedUser, user != self.user else { return }
        self.userOfBroker.withLock { $0 = user }
        self.logger.info("the broker takes another name from the certificate", metadata: ["user": "\(user.singleLine)"])
    }

    private func addEndWaiter(_ id: UInt64, _ continuation: CheckedContinuation<AMQPError?, Never>) {
        if case .closed(let error) = self.phase { return continuation.resume(returning: error) }
        self.endWaiters[id] = continuation
    }

    private func cancelEndWaiter(_ id: UInt64) {
        self.endWaiters.removeValue(forKey: id)?.resume(returning: .cancelled(.receive))
    }

    func makeSerial() -> UInt64 {
        self.lastSerial += 1
        return self.lastSerial
    }

    /// Does something with the socket, and ends the connection when it fails.
    func attempt(_ work: () throws(AMQPError) -> Void) {
        do throws(AMQPError) {
            try work()
        } catch {
            self.finish(error)
        }
    }

    /// Ends the connection; `nil` means that we wanted it.
    func finish(_ error: AMQPError?) {
        if case .closed = self.phase { return }
        if case .closing = self.phase { self.phase = .closed(nil) } else { self.phase = .closed(error) }
        self.transport = nil  // closes the socket
        let reason = error ?? AMQPError(code: .connectionClosed, stage: .receive, reason: "the connection was closed")
        for channel in self.channels.values { channel.end(reason, isFailure: true) }
        self.channels = [:]
        self.outbox.fail(reason)
        self.logger.debug("connection ended", metadata: ["reason": "\(reason)"])
        let waiters = self.endWaiters.values
        self.endWaiters = [:]
        guard case .closed(let outcome) = self.phase else { return }
        for waiter in waiters { waiter.resume(returning: outcome) }
    }
}

extension AMQPError {
    static func cancelled(_ stage: Stage) -> Self {
        Self(code: .cancelled, stage: stage, reason: "the task was cancelled")
    }
}
