public import JSONRPC

/// Events of an arm, and what goes with them.
public struct PutEvents: Hashable, Sendable {
    /// The procedure.
    public static let procedure = Procedure.putEvents
    /// The most events in one request, inclusive.
    public static let mostEvents = 1000

    /// The events.
    public var events: [Event]
    /// What goes with them.
    public var envelope: Envelope

    /// The members of putEvents other than the events themselves.
    public struct Envelope: Hashable, Sendable {
        /// What the arm wants to be told by getLastInfo (String32767).
        public var lastInfo: String?
        /// The fetchId of the fetchEvents this answers; absent otherwise.
        public var fetchId: String?
        /// Whether more may follow in answer to the same fetch; only together with ``fetchId``.
        public var mayMoreFlag: Bool?
        /// Which part this is, if the put is divided.
        public var divideInfo: DivideInfo?

        /// Puts the members together.
        public init(
            lastInfo: String? = nil,
            fetchId: String? = nil,
            mayMoreFlag: Bool? = nil,
            divideInfo: DivideInfo? = nil
        ) {
            self.lastInfo = lastInfo
            self.fetchId = fetchId
            self.mayMoreFlag = mayMoreFlag
            self.divideInfo = divideInfo
        }
    }

    /// Puts events and what goes with them together.
    public init(events: [Event], envelope: Envelope = Envelope()) {
        self.events = events
        self.envelope = envelope
    }

    /// The params as compact JSON; at most ``mostEvents`` events.
    public func encoded() -> [UInt8] {
        var writer = PutEventsWriter()
        for event in self.events { writer.append(event) }
        return writer.finish(self.envelope)
    }

    /// The whole request with these params.
    public func request(id: MessageID) -> [UInt8] {
        JSONRPC.Envelope.request(method: Self.procedure.rawValue, params: self.encoded(), id: id)
    }
}
