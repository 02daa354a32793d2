/// How much the broker takes at a time, as far as refusals have shown it.
///
/// Two kinds of limits exist. A queue with `overflow=reject-publish` refuses (`basic.nack`) what does not fit beside what it
/// holds: fewer requests in flight help, and if ours was the only one, a smaller one. `max_message_size` closes the channel
/// (406) and says how much it allows. A refused request is divided; what was learned holds until ``forget()``.
struct SendingLimits: Hashable, Sendable {
    /// After how many successes one more request may be in flight.
    private static let successesPerRequest = 8

    private let mostRequests: Int
    /// How many requests may be in flight.
    private(set) var requests: Int
    /// How many bytes of params a request with several events may have.
    private(set) var bytes = Int.max
    /// How many bytes of params a request may have even if it cannot be divided.
    private(set) var bytesOfOneEvent = Int.max
    private var successes = 0

    init(requests: Int) {
        self.mostRequests = requests
        self.requests = requests
    }

    /// Notes a nack; returns whether the size of the request is to blame, because nothing else was in flight.
    mutating func nacked(bytes: Int, canBeDivided: Bool, alone: Bool) -> Bool {
        self.successes = 0
        self.requests = max(1, self.requests / 2)
        // What a single event did not fit into says nothing about what several smaller ones fit into.
        if alone, canBeDivided { self.bytes = min(self.bytes, max(1, bytes / 2)) }
        return alone
    }

    /// Notes that a message was too large for the broker.
    ///
    /// - Parameters:
    ///   - limit: the largest message it takes, if it said so.
    ///   - largest: the params of the largest request in flight, and whether they can be divided.
    mutating func tooLarge(limit: Int?, largest: (bytes: Int, canBeDivided: Bool)?) {
        if let limit {
            self.bytes = max(1, limit - EventRequest.envelopeBytes)
            self.bytesOfOneEvent = self.bytes
        } else if let largest {
            self.bytes = min(self.bytes, max(1, largest.bytes / 2))
            if !largest.canBeDivided { self.bytesOfOneEvent = min(self.bytesOfOneEvent, largest.bytes - 1) }
        }
    }

    /// Notes that a request was delivered.
    mutating func succeeded() {
        guard self.requests < self.mostRequests else { return }
        self.successes += 1
        guard self.successes >= Self.successesPerRequest else { return }
        self.successes = 0
        self.requests += 1
    }

    /// Forgets what was learned, as another broker or a changed one may take more.
    mutating func forget() { self = Self(requests: self.mostRequests) }
}
