extension AMQPError: CustomStringConvertible {
    /// One line: where, at which step, why, and what to do about it in common cases.
    public var description: String {
        var text = self.address.map { "broker \($0): " } ?? ""
        text += "\(self.stage) failed: \(self.reason.singleLine)"
        if let replyCode, !self.reason.contains("\(replyCode)") { text += " (\(replyCode))" }
        if let tlsReason, tlsReason != self.reason { text += " (OpenSSL: \(tlsReason.singleLine))" }
        if let hint { text += "; \(hint)" }
        return text
    }

    /// What to do, for the cases an operator meets most.
    var hint: String? {
        switch (self.code, self.stage) {
        case (.unreachable, .resolve): "check the host name and the resolver"
        case (.unreachable, .connect): "check that the broker runs and that the port is right and open"
        case (.tls, _): self.tlsHint
        case (.timeout, .connect), (.timeout, .tls): "check the port, the firewall and whether a broker listens there"
        case (.timeout, .sasl): "check that this is the port of a broker, and whether it expects TLS"
        case (.connectionClosed, .sasl), (.protocolViolation, .sasl):
            "check that this is an AMQP port, and whether it expects TLS"
        case (.connectionClosed, .tls): "see the broker's log; it may be unable to read its certificate or its key"
        case (.refused, .sasl): self.signInHint
        case (.refused, .open), (.notFound, .open): "check the virtual host and the user's permissions on it"
        case (.noChannel, _): "raise channel_max of the broker"
        case (_, .channel) where self.endedConnection:
            "raise the user's limit of channels: rabbitmqctl set_user_limits"
        case (_, .declare) where self.endedConnection:
            "declare the queue with another type, such as durable, or make it by hand"
        case (.refused, _): "check the user's permissions on the queue"
        case _ where self.isAboutUser:
            "the broker knows the client by another name than its certificate's common name, too long a one to be told: "
                + "set ssl_cert_login_from = common_name in rabbitmq.conf"
        case (.preconditionFailed, .declare) where self.reason.contains("limit"):
            "raise the limit of queues (rabbitmqctl set_vhost_limits), or delete queues that nobody uses"
        case (.preconditionFailed, .declare): "delete the queue or declare it with the type it has"
        default: nil
        }
    }

    /// The broker refused a message because of the user that it carries, see ``Route/userID``.
    public var isAboutUser: Bool { self.code == .preconditionFailed && self.reason.contains("user_id") }

    /// The user that the connection has at the broker, if such a refusal names it.
    package var authenticatedUser: String? {
        // "user_id property set to 'n1' but authenticated user was 'CN=n1,O=Example'"; a long one is cut off before its quote.
        guard self.isAboutUser, self.reason.hasSuffix("'"),
            let words = self.reason.firstRange(of: "authenticated user was '")
        else { return nil }
        let user = self.reason[words.upperBound...].dropLast()
        return user.isEmpty ? nil : String(user)
    }

    private var signInHint: String {
        let reason = self.reason
        return if reason.contains("does not offer EXTERNAL") {
            "in rabbitmq.conf: auth_mechanisms.1 = EXTERNAL; and rabbitmq-plugins enable rabbitmq_auth_mechanism_ssl"
        } else if reason.contains("does not offer PLAIN"), reason.contains("EXTERNAL") {
            "sign in by certificate: --amqp-auth external"
        } else if reason.contains("EXTERNAL") {
            "the broker needs a user with the certificate's name: rabbitmqctl add_user, then set_permissions"
        } else {
            "check user, password and the sign-in mechanisms of the broker"
        }
    }

    private var tlsHint: String? {
        let reason = (self.tlsReason ?? "") + " " + self.reason
        let hints: KeyValuePairs = [
            "wrong version number": "the port does not speak TLS; check the port",
            "packet length too long": "the port does not speak TLS; check the port",
            "certificate required": "the broker wants a client certificate; give one",
            "unknown ca": "the broker does not trust the issuer of the client certificate",
            "wants a client certificate": "give one",
            "does not accept the client certificate":
                "see the broker's log; it may also be unable to read its revocation lists",
            "as ours has": "renew the client certificate",
            "bad certificate": "the broker does not accept the client certificate",
            "alert certificate expired": "renew the client certificate",
            "alert certificate revoked": "the broker says that the client certificate is revoked; issue a new one",
            "has expired": "renew the broker's certificate",
            "mismatch": "connect by a name in the broker's certificate, or issue one with this name",
            "issuer certificate": "check that the CA file is the one that issued the broker's certificate",
            "self-signed certificate": "check that the CA file is the one that issued the broker's certificate",
            "get certificate CRL": "give the current revocation list of the broker's issuer",
            "CRL has expired": "give the current revocation list of the broker's issuer",
        ]
        return hints.first { reason.contains($0.key) }?.value
    }
}

extension String {
    /// The text without control characters, cut at 500 characters: a peer must not write lines into our log.
    var singleLine: String {
        String(self.unicodeScalars.prefix(500).map { $0.value < 0x20 || $0.value == 0x7f ? " " : Character($0) })
    }
}
