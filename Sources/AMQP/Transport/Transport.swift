internal import CRabbitMQ
internal import Glibc

/// An open connection of librabbitmq, and its socket.
///
/// One thread at a time may use it, the one of the connection that owns it. librabbitmq's own heartbeats are switched
/// off after signing in, because with them 0.11 can wait for input for ever while it should send.
final class Transport {
    /// A frame as it came; `body` borrows memory of librabbitmq until the next call of ``release(_:)``.
    enum Frame {
        case method(Method)
        case header(size: UInt64, ContentAssembler.Properties)
        case body(UnsafeRawBufferPointer)
        case heartbeat
    }

    let raw: amqp_connection_state_t
    let descriptor: CInt
    let address: BrokerAddress
    let peer: PeerInfo?
    /// What the broker and we agreed on.
    private(set) var limits = Limits()
    /// Ends a send that does not come back; see ``Watchdog``.
    private let watch: Watchdog.Guard
    private var sendLimit: Duration = .seconds(20)

    struct Limits {
        var channels: UInt16 = 0
        var frameSize: UInt32 = 0
        var heartbeat: Duration = .zero
    }

    /// Takes over a connection whose socket is open.
    init(raw: amqp_connection_state_t, address: BrokerAddress, peer: PeerInfo?) {
        self.raw = raw
        self.descriptor = amqp_get_sockfd(raw)
        self.address = address
        self.peer = peer
        self.watch = Watchdog.shared.watch(self.descriptor)
    }

    deinit {
        self.watch.end()
        OpenSSLErrors.clear()
        amqp_destroy_connection(self.raw)
        OpenSSLErrors.clear()
    }

    /// Sets what was agreed on while signing in.
    func tune(_ limits: Limits) throws(AMQPError) {
        self.limits = limits
        if limits.heartbeat > .zero {
            self.sendLimit = limits.heartbeat * 2
            self.setUserTimeout(limits.heartbeat * 2)
        }
        let status = amqp_tune_connection(self.raw, Int32(limits.channels), Int32(limits.frameSize), 0)
        guard status == 0 else { throw self.error(status, .sasl) }
    }

    /// How long sent bytes may stay unacknowledged before the kernel gives up (tcp(7), `TCP_USER_TIMEOUT`).
    ///
    /// `nil` switches it off: it also ends connections to a broker that is alive but takes nothing for a while.
    func setUserTimeout(_ limit: Duration?) {
        var milliseconds = CUnsignedInt(clamping: limit.map { $0.components.seconds * 1000 } ?? 0)
        setsockopt(
            self.descriptor,
            CInt(IPPROTO_TCP),
            TCP_USER_TIMEOUT,
            &milliseconds,
            socklen_t(MemoryLayout<CUnsignedInt>.size)
        )
    }

    // MARK: Receiving

    /// Returns the next frame, or `nil` when none is complete within the limit.
    func nextFrame(
        within limit: Duration = .zero,
        stage: AMQPError.Stage = .receive
    ) throws(AMQPError) -> (
        channel: UInt16, frame: Frame
    )? {
        var frame = amqp_frame_t()
        var timeout = timeval(limit)
        let status = amqp_simple_wait_frame_noblock(self.raw, &frame, &timeout)
        switch status {
        case AMQP_STATUS_OK.rawValue: break
        case AMQP_STATUS_TIMEOUT.rawValue: return nil
        default: throw self.error(status, stage)
        }
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD:
            return (frame.channel, .method(Method(frame.payload.method)))
        case AMQP_FRAME_HEADER:
            let header = frame.payload.properties
            var properties = ContentAssembler.Properties()
            if header.class_id == AMQP_BASIC_CLASS, let decoded = header.decoded {
                properties = ContentAssembler.Properties(decoded.load(as: amqp_basic_properties_t.self))
            }
            return (frame.channel, .header(size: header.body_size, properties))
        case AMQP_FRAME_BODY:
            let body = frame.payload.body_fragment
            return (frame.channel, .body(UnsafeRawBufferPointer(start: body.bytes, count: body.len)))
        case AMQP_FRAME_HEARTBEAT:
            return (frame.channel, .heartbeat)
        default:
            let reason = "the peer does not speak AMQP 0-9-1"
            throw AMQPError(code: .protocolViolation, stage: stage, reason: reason, address: self.address)
        }
    }

    /// Gives the memory of a channel's frames back.
    func release(_ channel: UInt16) { amqp_maybe_release_buffers_on_channel(self.raw, channel) }

    // MARK: Sending

    /// Whether the socket takes bytes now.
    var isWritable: Bool {
        var watched = pollfd(fd: self.descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&watched, 1, 0) > 0 && watched.revents & Int16(POLLOUT) != 0
    }

    func send<Arguments: BitwiseCopyable>(
        _ method: amqp_method_number_t,
        _ arguments: Arguments,
        on channel: UInt16,
        stage: AMQPError.Stage
    ) throws(AMQPError) {
        var arguments = arguments
        try self.guarded(stage) { amqp_send_method(self.raw, channel, method, &arguments) }
    }

    func sendHeartbeat() throws(AMQPError) {
        var frame = amqp_frame_t()
        frame.frame_type = UInt8(AMQP_FRAME_HEARTBEAT)
        try self.guarded(.receive) { amqp_send_frame(self.raw, &frame) }
    }

    /// Makes a call that may block, under the watchdog's eye.
    func guarded(_ stage: AMQPError.Stage, _ call: () -> CInt) throws(AMQPError) {
        self.watch.arm(for: self.sendLimit)
        defer { self.watch.disarm() }
        let status = call()
        guard status != AMQP_STATUS_OK.rawValue else { return }
        throw self.error(status, stage)
    }

    // MARK: Errors

    /// Explains a status of librabbitmq.
    func error(_ status: CInt, _ stage: AMQPError.Stage) -> AMQPError {
        let tlsReason = OpenSSLErrors.drain()
        if self.watch.fired {
            let reason = "the broker took no bytes for \(self.sendLimit)"
            return AMQPError(code: .connectionClosed, stage: stage, reason: reason, address: self.address)
        }
        return AMQPError(status: status, stage: stage, tlsReason: tlsReason, address: self.address)
    }
}

extension ContentAssembler.Properties {
    /// Copies what is there out of the connection's memory; a field without its flag holds nothing.
    fileprivate init(_ properties: amqp_basic_properties_t) {
        if properties._flags & amqp_flags_t(AMQP_BASIC_MESSAGE_ID_FLAG) != 0 {
            self.messageID = properties.message_id.string
        }
        if properties._flags & amqp_flags_t(AMQP_BASIC_USER_ID_FLAG) != 0 {
            self.userID = properties.user_id.string
        }
    }
}
