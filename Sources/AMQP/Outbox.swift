/// What waits until the socket takes bytes.
///
/// Bounded by the callers, who wait for their entry: one for each publishing or acknowledging task. Small requests go
/// before messages, so that acknowledgements do not wait behind large bodies; on one channel the order is kept.
struct Outbox {
    /// A message on its way out.
    struct Publication {
        let id: UInt64
        let channel: ChannelState
        let queue: String
        let messageID: String
        let body: [UInt8]
        /// The confirm tag, once the message has begun to go out.
        var tag: UInt64?
        /// How much of the body is written.
        var offset = 0
        var continuation: CheckedContinuation<Result<UInt64, AMQPError>, Never>?
    }

    /// A method without content.
    struct Request {
        /// `nil` for the connection itself.
        let channel: ChannelState?
        /// Whether it goes out even when the channel has ended for its users.
        var isFarewell = false
        let stage: AMQPError.Stage
        let send: (Transport) throws(AMQPError) -> Void
        var continuation: CheckedContinuation<Result<Void, AMQPError>, Never>?
    }

    /// The message whose frames are going out.
    var current: Publication?
    private var requests: [Request] = []
    private var publications: [Publication] = []

    var isEmpty: Bool { self.current == nil && self.requests.isEmpty && self.publications.isEmpty }

    func hasWork(isBlocked: Bool) -> Bool {
        self.current != nil || !self.requests.isEmpty || (!isBlocked && !self.publications.isEmpty)
    }

    /// Whether a request on this channel may go out at once.
    func isClear(for channel: ChannelState) -> Bool { self.requests.isEmpty && self.current?.channel !== channel }

    mutating func add(_ request: Request) { self.requests.append(request) }

    mutating func add(_ publication: Publication) { self.publications.append(publication) }

    /// The next request that does not break into the message that is going out.
    mutating func nextRequest() -> Request? {
        let current = self.current?.channel
        guard let index = self.requests.firstIndex(where: { current == nil || $0.channel !== current }) else {
            return nil
        }
        return self.requests.remove(at: index)
    }

    /// Puts a request back that could not be sent yet.
    mutating func putBack(_ request: Request) { self.requests.insert(request, at: 0) }

    /// Takes back the requests of a channel nobody waits for any more; returns whether there were any.
    mutating func withdrawRequests(on channel: ChannelState) -> Bool {
        let count = self.requests.count
        self.requests.removeAll { $0.channel === channel }
        return self.requests.count < count
    }

    mutating func nextPublication() -> Publication? {
        self.publications.isEmpty ? nil : self.publications.removeFirst()
    }

    /// Takes back a message of which nothing has gone out yet.
    mutating func withdraw(_ id: UInt64) -> Publication? {
        guard let index = self.publications.firstIndex(where: { $0.id == id }) else { return nil }
        return self.publications.remove(at: index)
    }

    /// Fails everything, or what belongs to a channel.
    mutating func fail(_ error: AMQPError, channel: ChannelState? = nil) {
        let all = self
        let isAffected = { (other: ChannelState?) in channel == nil || other === channel }
        self.requests = channel == nil ? [] : all.requests.filter { !isAffected($0.channel) || $0.isFarewell }
        self.publications = all.publications.filter { !isAffected($0.channel) }
        if let current, isAffected(current.channel) { self.current = nil }

        for request in all.requests where isAffected(request.channel) && !(channel != nil && request.isFarewell) {
            request.continuation?.resume(returning: .failure(error.during(request.stage)))
        }
        for publication in all.publications + [all.current].compactMap(\.self) where isAffected(publication.channel) {
            publication.continuation?.resume(returning: .failure(error.during(.publish)))
        }
    }
}

extension AMQPError {
    /// The same reason, for something else that failed because of it.
    func during(_ stage: Stage) -> Self {
        var error = self
        error.stage = stage
        return error
    }
}
