internal import CRabbitMQ

extension AMQPError {
    /// Explains a status of librabbitmq (`amqp_status_enum`, negative on failure) on an open socket.
    init(status: CInt, stage: Stage, tlsReason: String? = nil, address: BrokerAddress?) {
        var code = Code.library
        var reason = amqp_error_string2(status).map { String(cString: $0) } ?? "status \(status)"
        switch amqp_status_enum(rawValue: status) {
        case AMQP_STATUS_TIMEOUT:
            (code, reason) = (.timeout, "no answer in time")
        case AMQP_STATUS_CONNECTION_CLOSED, AMQP_STATUS_SOCKET_CLOSED:
            (code, reason) = (.connectionClosed, "the peer closed the connection")
        case AMQP_STATUS_SOCKET_ERROR, AMQP_STATUS_TCP_ERROR:
            (code, reason) = (.connectionClosed, "the connection broke")
        case AMQP_STATUS_HEARTBEAT_TIMEOUT:
            code = .connectionClosed
        case AMQP_STATUS_SSL_ERROR, AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED, AMQP_STATUS_SSL_PEER_VERIFY_FAILED,
            AMQP_STATUS_SSL_CONNECTION_FAILED:
            // An alert is a refusal. Without one, a peer that vanishes is an error to OpenSSL 3, too.
            if let tlsReason, !tlsReason.contains("unexpected eof") {
                (code, reason) = (.tls, tlsReason)
            } else {
                (code, reason) = (.connectionClosed, "the peer closed the connection")
            }
        case AMQP_STATUS_BAD_AMQP_DATA, AMQP_STATUS_UNKNOWN_CLASS, AMQP_STATUS_UNKNOWN_METHOD,
            AMQP_STATUS_INCOMPATIBLE_AMQP_VERSION, AMQP_STATUS_UNEXPECTED_STATE, AMQP_STATUS_WRONG_METHOD:
            code = .protocolViolation
        default: break
        }
        self.init(
            code: code,
            stage: stage,
            reason: reason,
            tlsReason: code == .tls ? tlsReason : nil,
            address: address
        )
    }

    /// Explains a `channel.close` or `connection.close` of the broker.
    init(replyCode: UInt16, reason: String, stage: Stage, closes code: Code, address: BrokerAddress?) {
        let code: Code =
            switch replyCode {
            case 403, 530: .refused
            case 404: .notFound
            case 405, 406: .preconditionFailed
            default: code
            }
        self.init(code: code, stage: stage, reason: reason, replyCode: replyCode, address: address)
    }
}
