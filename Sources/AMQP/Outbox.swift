/// What waits until the socket takes bytes.
///
/// Bounded by the callers, who wait for their entry: one for each publishing or acknowledging task. Small requests go
/// before messages, so that acknowledgements do not wait behind large bodies; on one channel the order is kept.
struct Outbox {
    /// A message on its way out.
    struct Publication {
        let id: UInt64
        let channel: ChannelState
        let route: Route
        let messageID: String
        let body: [UInt8]
        /// The confirm tag, once the message has begun to go out.
        var tag: UInt64?
        /// How much of the body is written.
        var offset = 0
        var result: FirstResult<Result<UInt64, AMQPError>>?
    }

    /// A method without content.
    struct Request {
        /// `nil` for the connection itself.
        let channel: ChannelState?
        let stage: AMQPError.Stage
        let send: (Transport) throws(AMQPError) -> Void
        var result: FirstResult<Result<Void, AMQPError>>?
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

    /// Takes back what a channel nobody waits for any more has in line; returns whether there were requests.
    mutating func withdrawAll(on channel: ChannelState) -> Bool {
        if self.current?.channel === channel { self.current = nil }
        let count = self.requests.count
        self.requests.removeAll { $0.channel === channel }
        return self.requests.count < count
    }

    mutating func nextPublication() -> Publication? {
        self.publications.isEmpty ? nil : self.publications.removeFirst()
    }

    /// Takes back a message of which nothing has gone out yet.
    mutating func withdraw(_ id: UInt64) { self.publications.removeAll { $0.id == id } }

    /// Tells all who wait, or those of a channel, that they wait in vain, and forgets what they wanted.
    ///
    /// A channel that we close `inOrder` still sends what is in line, but for messages that have not begun: the broker takes no other
    /// frame of the channel within a message, and nothing before `channel.open`.
    mutating func fail(_ error: AMQPError, channel: ChannelState? = nil, inOrder: Bool = false) {
        let isMeant = { (other: ChannelState?) in channel == nil || other === channel }
        for request in self.requests where isMeant(request.channel) {
            request.result?.set(.failure(error.during(request.stage)))
        }
        for publication in self.publications + [self.current].compactMap(\.self) where isMeant(publication.channel) {
            publication.result?.set(.failure(error.during(.publish)))
        }
        self.publications.removeAll { isMeant($0.channel) }
        guard !inOrder else { return }
        self.requests.removeAll { isMeant($0.channel) }
        if let current, isMeant(current.channel) { self.current = nil }
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
