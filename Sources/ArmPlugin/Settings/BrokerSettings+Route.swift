public import AMQP
internal import HAPI

extension BrokerSettings {
    /// Finds out how messages reach the server on this connection.
    ///
    /// They carry the connection's user, so that the server knows that they are this node's, also if an exchange of ours is not there
    /// yet because the server has not connected. Only the default exchange that was asked for makes an arm like the original ones.
    ///
    /// - Throws: ``AMQP/AMQPError`` with the code `notFound` if the exchange that is named is not there.
    public func route(on connection: Connection) async throws(AMQPError) -> Route {
        switch self.exchange {
        case .named(""): return self.originalRoute
        case .named(let name):
            guard try await connection.hasExchange(name) else { throw self.missing(name, on: connection) }
            return self.route(by: name, on: connection)
        case .found:
            guard self.queues.hasKeysOfItsOwn, try await connection.hasExchange(QueuePair.exchange) else {
                return self.defaultRoute(as: connection.user)
            }
            return self.route(by: QueuePair.exchange, on: connection)
        }
    }

    /// As original arms reach their server.
    private var originalRoute: Route { .queue(self.queues.toServer) }

    /// The same way, in the name of a user.
    func defaultRoute(as user: String?) -> Route {
        Route(exchange: "", routingKey: self.queues.toServer, userID: user)
    }

    private func route(by exchange: String, on connection: Connection) -> Route {
        Route(exchange: exchange, routingKey: self.queues.keyToServer, userID: connection.user)
    }

    private func missing(_ exchange: String, on connection: Connection) -> AMQPError {
        AMQPError(
            code: .notFound,
            stage: .declare,
            reason:
                "there is no exchange \(exchange) in the virtual host \(self.connection.virtualHost): hatohol-server "
                + "makes it when it connects; an original server needs --amqp-exchange ''",
            address: connection.address
        )
    }

    /// Looks whether an answer is from the server.
    ///
    /// - Parameters:
    ///   - delivery: The answer.
    ///   - route: How our messages go. Servers that are reached through the default exchange do not say who they are.
    /// - Returns: Why it may be from somebody else; `nil` if it is the server's.
    func doubt(about delivery: Delivery, route: Route) -> String? {
        guard !route.exchange.isEmpty else { return nil }
        guard let user = delivery.userID else {
            return "a message in \(self.queues.toArm) does not say who sent it: somebody else writes to that queue, "
                + "or the server is an original one, which needs --amqp-exchange ''"
        }
        guard let serverUser = self.serverUser, user != serverUser else { return nil }
        return
            "a message in \(self.queues.toArm) is from the broker's user \(user), not from \(serverUser) (amqp-server-user)"
    }
}
