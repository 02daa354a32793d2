internal import Store

/// Tells open pages what arrives: one reader of the store for each filter, however many pages are open.
actor LiveEvents {
    /// What a page is told.
    enum Message: Sendable {
        case arrivals(Arrivals)
        /// Nothing happened for a while.
        case tick
    }

    private struct Listener {
        let filter: EventFilter
        let continuation: AsyncStream<Message>.Continuation
    }

    /// So many events are told at once; whoever wants more asks for the page.
    static let limit = 50
    /// What a slow page may have waiting; the oldest is dropped beyond that.
    private static let backlog = 16
    private static let pause = Duration.milliseconds(250)
    /// While more comes than a page is told, it is told less often: nobody reads fifty lines in a quarter of a second.
    private static let floodPause = Duration.seconds(1)
    /// So many pages are told at once, and then others get their turn: a person's request waits for these, not for all.
    private static let crowd = 20
    private static let breath = Duration.milliseconds(5)

    private let store: MonitoringStore
    private var listeners: [Int: Listener] = [:]
    private var readers: [EventFilter: Task<Void, Never>] = [:]
    private var nextKey = 0
    private var isFinished = false

    init(store: MonitoringStore) { self.store = store }

    /// What arrives and matches, from now on or after the event with the given number; ends at shutdown, or with the consumer.
    ///
    /// Events around the beginning may be told twice; none is left out.
    func messages(_ filter: EventFilter, after arrival: Int64? = nil) async throws -> AsyncStream<Message> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Message.self,
            bufferingPolicy: .bufferingNewest(Self.backlog)
        )
        guard !self.isFinished else {
            continuation.finish()
            return stream
        }
        let key = self.nextKey
        self.nextKey += 1
        self.listeners[key] = Listener(filter: filter, continuation: continuation)
        continuation.onTermination = { _ in Task { await self.remove(key) } }
        // From here on the page is told what the reader finds; what came before that is looked for afterwards.
        let last = try await self.store.lastArrival()
        if self.readers[filter] == nil, self.listeners[key] != nil {
            self.readers[filter] = self.read(filter, after: last)
        }
        if let arrival, let missed = try await self.arrivals(filter, after: arrival) {
            continuation.yield(.arrivals(missed))
        }
        return stream
    }

    /// Gives each page a sign of life until cancelled; then ends them all.
    func keepAlive(every interval: Duration) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: interval)
            await self.yield(.tick, to: self.listeners.values.map(\.continuation))
        }
        self.finish()
    }

    /// Ends all pages' streams, and those that are asked for later.
    func finish() {
        self.isFinished = true
        for listener in self.listeners.values { listener.continuation.finish() }
        for reader in self.readers.values { reader.cancel() }
    }

    private func remove(_ key: Int) {
        guard let filter = self.listeners.removeValue(forKey: key)?.filter else { return }
        if !self.listeners.values.contains(where: { $0.filter == filter }) {
            self.readers.removeValue(forKey: filter)?.cancel()
        }
    }

    private func read(_ filter: EventFilter, after arrival: Int64) -> Task<Void, Never> {
        Task {
            var last = arrival
            for await _ in self.store.changes() {
                var isFlood = false
                let begin = ContinuousClock.now
                if let told = try? await self.tell(filter, after: last) { (last, isFlood) = told }
                try? await Task.sleep(until: begin + (isFlood ? Self.floodPause : Self.pause))
            }
        }
    }

    private func tell(_ filter: EventFilter, after arrival: Int64) async throws -> (last: Int64, isFlood: Bool) {
        let highest = try await self.store.lastArrival()
        guard highest > arrival else { return (arrival, false) }
        guard let arrivals = try await self.arrivals(filter, after: arrival) else { return (highest, false) }
        let listeners = self.listeners.values.filter { $0.filter == filter }
        await self.yield(.arrivals(arrivals), to: listeners.map(\.continuation))
        return (max(highest, arrivals.last), arrivals.isMore)
    }

    /// Tells some pages after the others, so that a thousand of them do not keep every thread busy at the same moment.
    private func yield(_ message: Message, to pages: [AsyncStream<Message>.Continuation]) async {
        for (number, page) in pages.enumerated() {
            if number > 0, number.isMultiple(of: Self.crowd) { try? await Task.sleep(for: Self.breath) }
            page.yield(message)
        }
    }

    private func arrivals(_ filter: EventFilter, after arrival: Int64) async throws -> Arrivals? {
        var search = EventSearch(filter, limit: Self.limit + 1)
        search.arrivedAfter = arrival
        let events = try await self.store.search(search)
        guard !events.isEmpty else { return nil }
        let servers = try await self.store.servers()
        return Arrivals(
            events: Array(events.prefix(Self.limit)),
            isMore: events.count > Self.limit,
            servers: Dictionary(servers.map { ($0.id, $0.nickname) }, uniquingKeysWith: { $1 })
        )
    }
}
