public import Spool

/// What the broker does not take.
extension Outbox {
    /// Notes that the broker refused a request (`basic.nack`): it goes out again, if need be in smaller parts.
    public mutating func undelivered(_ id: Int64, at now: ContinuousClock.Instant) {
        guard let request = self.requests[id], request.isInFlight else { return }
        let entries = self.indices(request.sequences)
        let isTooLarge = self.limits.nacked(
            bytes: request.bytes,
            canBeDivided: self.events(of: request) > 1,
            alone: self.requestsInFlight == 1
        )
        guard entries.count == 1, self.entries[entries.lowerBound].request == id else {
            // Smaller requests are what helps then, not time.
            return isTooLarge ? self.release(id) : self.postpone(id, now)
        }
        guard isTooLarge else { return self.postpone(id, now) }
        self.release(id)
        if self.divide(entries.lowerBound, intoPartsOf: self.limits.bytes) { return }
        // What cannot become smaller is tried again, ever more rarely, and does not hold up the others.
        self.entries[entries.lowerBound].nacks += 1
        self.entries[entries.lowerBound].heldUntil = now + self.pause(after: self.entries[entries.lowerBound].nacks)
    }

    /// Notes that the broker closed the channel because a message was too large; `limit` is the largest it takes, if it said so.
    ///
    /// To be called before ``disconnected()``. Not to be followed by a pause: what is divided now fits.
    ///
    /// - Returns: whether that was news; if not, trying again at once would only be refused again.
    public mutating func tooLarge(limit: Int?) -> Bool {
        let largest = self.requests.values.lazy.filter(\.isInFlight).max { $0.bytes < $1.bytes }
        let before = self.limits
        self.limits.tooLarge(limit: limit, largest: largest.map { ($0.bytes, self.events(of: $0) > 1) })
        return self.limits != before
    }

    private func events(of request: Request) -> Int {
        self.entries[self.indices(request.sequences)].reduce(0) { $0 + $1.batch.count }
    }

    /// Forgets which sizes the broker refused, as it may be another one now.
    public mutating func forgetLimits() {
        self.limits.forget()
        for index in self.entries.indices { self.entries[index].heldUntil = nil }
    }

    /// A batch that the broker refuses and that cannot be divided further, the first one if there are several.
    public var held: SpooledBatch? {
        self.entries.first { $0.heldUntil != nil || self.isTooLarge($0.batch) }?.batch
    }

    /// Whether a batch cannot be sent to this broker, divided or not.
    func isTooLarge(_ batch: SpooledBatch) -> Bool {
        batch.payload.count > self.limits.bytesOfOneEvent && (batch.count == 1 || !batch.canBeJoined)
    }

    /// Divides a batch that is larger than the broker takes; returns whether it did.
    mutating func divideIfTooLarge(_ index: Int) -> Bool {
        self.entries[index].batch.payload.count > self.limits.bytes
            && self.divide(index, intoPartsOf: self.limits.bytes)
    }
}
