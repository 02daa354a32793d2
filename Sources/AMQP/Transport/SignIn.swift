internal import CRabbitMQ
internal import Glibc

/// Signs in to a broker: `connection.start` to `connection.open-ok` (AMQP 0-9-1, section 2.2.4).
///
/// Our own rather than `amqp_login`, so that a failure has its stage and the broker's words, and because C variadics
/// cannot be called from Swift.
struct SignIn {
    /// The largest frame we ask for, in bytes.
    ///
    /// Small enough for the kernel to take one at once, so that no send waits long, and because librabbitmq keeps the
    /// memory of one frame for each channel: 64 MiB for two thousand. Larger frames were no faster when measured.
    static let frameSize: UInt32 = 32 << 10

    let transport: Transport
    let configuration: ConnectionConfiguration
    private let deadline: ContinuousClock.Instant

    init(_ transport: Transport, _ configuration: ConnectionConfiguration) {
        self.transport = transport
        self.configuration = configuration
        self.deadline = .now + configuration.connectTimeout
    }

    func perform() throws(AMQPError) {
        do throws(AMQPError) {
            try self.sayHello()
        } catch  where error.code == .connectionClosed && self.transport.peer != nil {
            throw self.refusal
        }
        try self.authenticate()
        do throws(AMQPError) {
            try self.transport.tune(self.negotiate())
        } catch {
            throw self.namingUs(error)
        }
        try self.openVirtualHost()
    }

    /// In TLS 1.3 the client's certificate is judged after the handshake, and the alert is lost when the broker
    /// hangs up before it has read our first bytes.
    private var refusal: AMQPError {
        let likely =
            switch self.transport.peer?.clientCertificateNotAfter {
            case nil: "wants a client certificate"
            case let end? where end < Int64(time(nil)): "is shown a client certificate that has expired, as ours has"
            default: "does not accept the client certificate"
            }
        return AMQPError(
            code: .tls,
            stage: .sasl,
            reason: "the broker hung up right after the TLS handshake, as it does when it \(likely)",
            address: self.transport.address
        )
    }

    /// Adds to a refusal which user the broker looked for.
    private func namingUs(_ error: AMQPError) -> AMQPError {
        guard error.code == .refused, self.mechanism.name == "EXTERNAL", let name = self.transport.peer?.clientName
        else {
            return error
        }
        var error = error
        error.reason += "; the certificate's name is \(name)"
        return error
    }

    private func sayHello() throws(AMQPError) {
        try self.transport.guarded(.sasl) { amqp_send_header(self.transport.raw) }
        try self.wait(for: AMQP_CONNECTION_START_METHOD, .sasl) { (method) throws(AMQPError) in
            let start = method.decoded.load(as: amqp_connection_start_t.self)
            let offered = start.mechanisms.string.split(separator: " ")
            guard offered.contains(self.mechanism.name[...]) else {
                throw AMQPError(
                    code: .refused,
                    stage: .sasl,
                    reason: "the broker does not offer \(self.mechanism.name), "
                        + (offered.isEmpty
                            ? "nor any other way to sign in" : "only \(offered.joined(separator: ", "))"),
                    address: self.transport.address
                )
            }
        }
    }

    private func authenticate() throws(AMQPError) {
        let (name, response) = self.mechanism
        try ClientProperties.with(clientName: self.configuration.clientName) { (properties) throws(AMQPError) in
            try name.withAMQPBytes { (name) throws(AMQPError) in
                try response.withAMQPBytes { (response) throws(AMQPError) in
                    let startOK = amqp_connection_start_ok_t(
                        client_properties: properties,
                        mechanism: name,
                        response: response,
                        locale: amqp_bytes_t("en_US")
                    )
                    try self.transport.send(AMQP_CONNECTION_START_OK_METHOD, startOK, on: 0, stage: .sasl)
                }
            }
        }
    }

    private var mechanism: (name: String, response: [UInt8]) {
        switch self.configuration.authentication.mechanism {
        case .plain(let user, let password): ("PLAIN", [0] + user.utf8 + [0] + password.utf8)
        // Not empty: the broker takes the name from the certificate, but some libraries and brokers drop empty responses.
        case .external: ("EXTERNAL", [UInt8(ascii: ".")])
        }
    }

    /// Takes the smaller of both sides' limits, a broker's zero meaning "no limit".
    private func negotiate() throws(AMQPError) -> Transport.Limits {
        var limits = Transport.Limits()
        try self.wait(for: AMQP_CONNECTION_TUNE_METHOD, .sasl) { (method) throws(AMQPError) in
            let tune = method.decoded.load(as: amqp_connection_tune_t.self)
            let heartbeat = UInt16(clamping: max(1, self.configuration.heartbeat.components.seconds))
            limits.channels = tune.channel_max == 0 ? .max : tune.channel_max
            limits.frameSize = max(4096, tune.frame_max == 0 ? Self.frameSize : min(tune.frame_max, Self.frameSize))
            limits.heartbeat = .seconds(tune.heartbeat == 0 ? heartbeat : min(tune.heartbeat, heartbeat))
        }
        let tuneOK = amqp_connection_tune_ok_t(
            channel_max: limits.channels,
            frame_max: limits.frameSize,
            heartbeat: UInt16(clamping: limits.heartbeat.components.seconds)
        )
        try self.transport.send(AMQP_CONNECTION_TUNE_OK_METHOD, tuneOK, on: 0, stage: .sasl)
        return limits
    }

    private func openVirtualHost() throws(AMQPError) {
        try self.configuration.virtualHost.withAMQPBytes { (name) throws(AMQPError) in
            let open = amqp_connection_open_t(virtual_host: name, capabilities: amqp_bytes_t(), insist: 0)
            try self.transport.send(AMQP_CONNECTION_OPEN_METHOD, open, on: 0, stage: .open)
        }
        try self.wait(for: AMQP_CONNECTION_OPEN_OK_METHOD, .open) { _ in }
    }

    /// Waits for a method; a `connection.close` instead of it becomes an error with the broker's words.
    private func wait(
        for id: amqp_method_number_t,
        _ stage: AMQPError.Stage,
        _ take: (amqp_method_t) throws(AMQPError) -> Void
    ) throws(AMQPError) {
        defer { self.transport.release(0) }
        while true {
            guard let method = try self.transport.nextMethod(within: self.deadline - .now, stage: stage) else {
                let reason = "no answer within \(self.configuration.connectTimeout)"
                throw AMQPError(code: .timeout, stage: stage, reason: reason, address: self.transport.address)
            }
            switch method.id {
            case id: return try take(method)
            case AMQP_CONNECTION_CLOSE_METHOD:
                let close = method.decoded.load(as: amqp_connection_close_t.self)
                let error = AMQPError(
                    replyCode: close.reply_code,
                    reason: close.reply_text.string,
                    stage: stage,
                    closes: .connectionClosed,
                    address: self.transport.address
                )
                try? self.transport.send(
                    AMQP_CONNECTION_CLOSE_OK_METHOD,
                    amqp_connection_close_ok_t(),
                    on: 0,
                    stage: stage
                )
                throw error
            default:
                throw AMQPError(
                    code: .protocolViolation,
                    stage: stage,
                    reason: "unexpected method \(String(method.id, radix: 16))",
                    address: self.transport.address
                )
            }
        }
    }
}

extension Transport {
    /// Returns the next method on channel 0 as the library has it, skipping heartbeats; used only while signing in.
    fileprivate func nextMethod(within limit: Duration, stage: AMQPError.Stage) throws(AMQPError) -> amqp_method_t? {
        let deadline = ContinuousClock.now + limit
        while true {
            var frame = amqp_frame_t()
            var timeout = timeval(max(.zero, deadline - .now))
            let status = amqp_simple_wait_frame_noblock(self.raw, &frame, &timeout)
            if status == AMQP_STATUS_TIMEOUT.rawValue { return nil }
            guard status == 0 else { throw self.error(status, stage) }
            switch Int32(frame.frame_type) {
            case AMQP_FRAME_METHOD where frame.channel == 0: return frame.payload.method
            case AMQP_FRAME_HEARTBEAT: continue
            default:
                let reason = "the peer does not speak AMQP 0-9-1"
                throw AMQPError(code: .protocolViolation, stage: stage, reason: reason, address: self.address)
            }
        }
    }
}
