internal import Store

/// Tells open pages what arrives: one reader of the store for each filter, however many pages are open.
actor LiveEvents {
    /// What a page is told.
    enum Message: Sendable {
        /// Events, the newest first; `isMore` when there were more than are told.
        case events([HandledEvent], isMore: Bool)
        /// Nothing happened for a while.
        case tick

        /// The number of the event that arrived last; nil when there is none.
        var arrival: Int64? {
            if case .events(let events, _) = self { events.first?.id } else { nil }
        }
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
        let last = try await self.store.lastArrival()
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
        if self.readers[filter] == nil { self.readers[filter] = self.read(filter, after: last) }
        if let arrival, arrival < last, let missed = try await self.arrivals(filter, after: arrival) {
            continuation.yield(missed)
        }
        return stream
    }

    /// Gives each page a sign of life until cancelled; then ends them all.
    func keepAlive(every interval: Duration) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: interval)
            for listener in self.listeners.values { listener.continuation.yield(.tick) }
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
                if let next = try? await self.tell(filter, after: last) { last = next }
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    private func tell(_ filter: EventFilter, after arrival: Int64) async throws -> Int64 {
        let highest = try await self.store.lastArrival()
        guard highest > arrival else { return arrival }
        guard let message = try await self.arrivals(filter, after: arrival) else { return highest }
        for listener in self.listeners.values where listener.filter == filter { listener.continuation.yield(message) }
        return max(highest, message.arrival ?? 0)
    }

    private func arrivals(_ filter: EventFilter, after arrival: Int64) async throws -> Message? {
        var search = EventSearch(filter, limit: Self.limit + 1)
        search.arrivedAfter = arrival
        let events = try await self.store.search(search)
        return events.isEmpty ? nil : .events(Array(events.prefix(Self.limit)), isMore: events.count > Self.limit)
    }
}
