/// The two queues between an arm and its server, and the routing keys that lead to them (HAPI 2.1, "Queue").
///
/// Original peers publish to the queues by their names, through the broker's default exchange. The broker then asks nobody
/// whether they may: whoever may publish at all may publish to every queue of the virtual host. So our own peers use a topic
/// exchange, where the broker can be told who may use which key: `web1.S` leads to `web1-S`, `web1.T` to `web1-T`.
public struct QueuePair: Hashable, Sendable {
    /// The name of the topic exchange that our peers publish to.
    public static let exchange = "hatohol"
    /// The longest base, in bytes; AMQP's names have at most 255.
    public static let longestBase = 253

    /// What the names of both queues begin with.
    public let base: String

    /// Names a pair.
    public init(base: String) { self.base = base }

    /// The queue from the arm to the server.
    public var toServer: String { self.base + "-S" }
    /// The queue from the server to the arm.
    public var toArm: String { self.base + "-T" }
    /// The routing key of messages to the server.
    public var keyToServer: String { self.base + ".S" }
    /// The routing key of messages to the arm.
    public var keyToArm: String { self.base + ".T" }

    /// Whether the routing keys stand for these queues alone.
    ///
    /// In a binding the words `*` and `#` stand for others: the key of the base `#` would lead every arm's messages here
    /// (RabbitMQ, "Topic exchange").
    public var hasKeysOfItsOwn: Bool {
        !self.base.split(separator: ".", omittingEmptySubsequences: false).contains { $0 == "*" || $0 == "#" }
    }
}
