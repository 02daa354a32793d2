internal import CRabbitMQ
internal import Glibc

/// Opens sockets to a broker.
struct Dialer {
    let address: BrokerAddress
    let configuration: ConnectionConfiguration

    /// Tries each address of the host in turn; blocks for at most `connectTimeout` on each, besides the look-up.
    func dial() throws(AMQPError) -> Transport {
        var firstError: AMQPError?
        for numeric in try Resolver.addresses(of: self.address) {
            do throws(AMQPError) {
                return try self.dial(numeric)
            } catch {
                // A wrong file or certificate stays wrong at the next address.
                guard [.unreachable, .timeout, .connectionClosed].contains(error.code) else { throw error }
                firstError = firstError ?? error
            }
        }
        throw firstError ?? .configuration("no address")
    }

    private func dial(_ numeric: String) throws(AMQPError) -> Transport {
        guard let raw = amqp_new_connection() else { throw self.noMemory }
        var isHandedOver = false
        defer { if !isHandedOver { amqp_destroy_connection(raw) } }

        var timeout = timeval(self.configuration.connectTimeout)
        guard let tls = self.configuration.tls else {
            guard let socket = amqp_tcp_socket_new(raw) else { throw self.noMemory }
            let status = amqp_socket_open_noblock(socket, numeric, Int32(self.address.port), &timeout)
            guard status == 0 else { throw self.error(status, numeric, nil) }
            isHandedOver = true
            return Transport(raw: raw, address: self.address, peer: nil)
        }

        guard let socket = amqp_ssl_socket_new(raw), let pointer = amqp_ssl_socket_get_context(socket) else {
            throw self.noMemory
        }
        let context = OpaquePointer(pointer)
        let observer = HandshakeObserver(serverName: numeric == self.address.host ? nil : self.address.host)
        do throws(AMQPError) {
            try TLSContext(context, tls).prepare(host: self.address.host, observer: observer)
        } catch {
            var error = error
            error.address = self.address
            throw error
        }
        // OpenSSL has checked the name inside the handshake; the library's own check knows neither our name nor addresses.
        amqp_ssl_socket_set_verify_hostname(socket, 0)
        amqp_ssl_socket_set_verify_peer(socket, tls.verification == .peer ? 1 : 0)
        let status = withExtendedLifetime(observer) {
            amqp_socket_open_noblock(socket, numeric, Int32(self.address.port), &timeout)
        }
        guard status == 0 else { throw self.error(status, numeric, observer) }
        observer.detach(from: context)
        isHandedOver = true
        return Transport(raw: raw, address: self.address, peer: observer.peer)
    }

    private var noMemory: AMQPError {
        AMQPError(code: .library, stage: .connect, reason: "out of memory", address: self.address)
    }

    private func error(_ status: CInt, _ numeric: String, _ observer: HandshakeObserver?) -> AMQPError {
        let tlsReason = OpenSSLErrors.drain()
        let stage: AMQPError.Stage = observer?.hasStarted == true ? .tls : .connect
        if let refusal = observer?.refusal {
            return AMQPError(
                code: .tls,
                stage: .tls,
                reason: "the broker's certificate is refused: \(refusal)",
                tlsReason: tlsReason,
                address: self.address
            )
        }
        if stage == .connect {
            let isTimeout = status == AMQP_STATUS_TIMEOUT.rawValue
            let reason = isTimeout ? nil : Resolver.connectError(numeric, port: self.address.port)
            let limit = self.configuration.connectTimeout
            let plain = self.configuration.tls == nil ? " (TLS is off: no CA file, certificate or key is set)" : ""
            return AMQPError(
                code: isTimeout ? .timeout : .unreachable,
                stage: .connect,
                reason: (reason ?? (isTimeout ? "no connection within \(limit)" : "no connection")) + plain,
                address: self.address
            )
        }
        var error = AMQPError(status: status, stage: .tls, tlsReason: tlsReason, address: self.address)
        if error.code == .timeout { error.reason = "no handshake within \(self.configuration.connectTimeout)" }
        return error
    }
}
