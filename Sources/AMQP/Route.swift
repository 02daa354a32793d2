/// How messages go to a queue: by which exchange, with which routing key, and in whose name.
public struct Route: Hashable, Sendable {
    /// The name of the exchange; empty for the default exchange, to which every queue is bound by its name.
    public var exchange: String
    /// What the exchange chooses queues by, at most 255 bytes.
    public var routingKey: String
    /// The user that messages carry as their `user-id`; `nil` to carry none.
    ///
    /// The broker refuses a message that carries another user than the connection's (406), so that receivers can rely on it
    /// (RabbitMQ, "Validated User-ID").
    public var userID: String?

    /// Describes a route.
    public init(exchange: String, routingKey: String, userID: String? = nil) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.userID = userID
    }

    /// Through the default exchange, in nobody's name.
    public static func queue(_ name: String) -> Self { Self(exchange: "", routingKey: name) }

    /// Whether every part fits AMQP's short strings.
    var isEncodable: Bool {
        [self.exchange, self.routingKey, self.userID ?? ""].allSatisfy { $0.utf8.count <= 255 }
    }
}
