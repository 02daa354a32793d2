/// Why something with a broker did not work.
///
/// Match on ``code``; the rest is for the person who reads the log. Equality is not offered on purpose.
public struct AMQPError: Error, Sendable {
    /// What kind of failure this is.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case configuration, unreachable, timeout, tls, refused, notFound, preconditionFailed, connectionClosed
            case channelClosed, noChannel, protocolViolation, cancelled, library
        }
        private let base: Base

        /// A setting or a file is wrong; trying again does not help until it is changed.
        public static let configuration = Self(base: .configuration)
        /// The host name cannot be resolved or nothing answers there.
        public static let unreachable = Self(base: .unreachable)
        /// The peer did not answer in time.
        public static let timeout = Self(base: .timeout)
        /// The TLS handshake failed, or one side refused the other's certificate.
        public static let tls = Self(base: .tls)
        /// The broker refuses the user, the virtual host or the operation (403, 530).
        public static let refused = Self(base: .refused)
        /// There is no such queue or exchange (404).
        public static let notFound = Self(base: .notFound)
        /// The queue exists with other properties (406).
        public static let preconditionFailed = Self(base: .preconditionFailed)
        /// The connection is gone: reconnect.
        public static let connectionClosed = Self(base: .connectionClosed)
        /// The channel is closed: open another.
        public static let channelClosed = Self(base: .channelClosed)
        /// The connection carries as many channels as the broker allows: use another connection.
        public static let noChannel = Self(base: .noChannel)
        /// The peer does not speak AMQP 0-9-1 as it should.
        public static let protocolViolation = Self(base: .protocolViolation)
        /// The calling task was cancelled.
        public static let cancelled = Self(base: .cancelled)
        /// A resource of this process is exhausted, or librabbitmq failed for a reason without a code of its own.
        public static let library = Self(base: .library)

        /// The name of the code.
        public var description: String { self.base.rawValue }
    }

    /// What was being done.
    public struct Stage: Hashable, Sendable, CustomStringConvertible {
        private enum Base: String {
            case configure, resolve, connect
            case tls = "TLS"
            case sasl = "sign-in"
            case open, channel, declare, consume, publish, receive
        }
        private let base: Base

        /// Reading settings.
        public static let configure = Self(base: .configure)
        /// Looking the host name up.
        public static let resolve = Self(base: .resolve)
        /// Connecting by TCP.
        public static let connect = Self(base: .connect)
        /// Loading certificates and shaking hands.
        public static let tls = Self(base: .tls)
        /// Signing in.
        public static let sasl = Self(base: .sasl)
        /// Opening the virtual host.
        public static let open = Self(base: .open)
        /// Opening or closing a channel.
        public static let channel = Self(base: .channel)
        /// Looking for or declaring a queue.
        public static let declare = Self(base: .declare)
        /// Starting a consumer.
        public static let consume = Self(base: .consume)
        /// Publishing.
        public static let publish = Self(base: .publish)
        /// Waiting for what the broker sends.
        public static let receive = Self(base: .receive)

        /// The word used in messages.
        public var description: String { self.base.rawValue }
    }

    /// The kind of failure.
    public var code: Code
    /// What was being done.
    public var stage: Stage
    /// The broker's, the library's or the system's own words.
    public var reason: String
    /// What OpenSSL said, if it said something.
    public var tlsReason: String?
    /// The AMQP reply code when the broker raised the error, for example 404.
    public var replyCode: UInt16?
    /// The broker it happened with.
    public var address: BrokerAddress?
    /// Whether the broker ended the whole connection because of this request.
    ///
    /// Whoever shares the connection with others must not simply ask again: it would cut them off each time.
    public var endedConnection = false

    /// Creates an error.
    public init(
        code: Code,
        stage: Stage,
        reason: String,
        tlsReason: String? = nil,
        replyCode: UInt16? = nil,
        address: BrokerAddress? = nil
    ) {
        self.code = code
        self.stage = stage
        self.reason = reason
        self.tlsReason = tlsReason
        self.replyCode = replyCode
        self.address = address
    }

    /// Whether the broker refused a message for its size (`max_message_size`, RabbitMQ; 406), and the largest it takes if it said so.
    public var refusedSize: (isRefused: Bool, limit: Int?) {
        guard self.replyCode == 406, self.reason.contains("message size"),
            let words = self.reason.firstRange(of: "larger than")
        else { return (false, nil) }
        // "message size 311220 is larger than configured max size 131072"
        let numbers = self.reason[words.upperBound...].split { !$0.isASCII || !$0.isNumber }
        return (true, numbers.last.flatMap { Int($0) })
    }

    static func configuration(_ reason: String) -> Self {
        Self(code: .configuration, stage: .configure, reason: reason)
    }
}
