internal import Logging
internal import Store

/// Tells open pages what arrives: one reader of the store for each filter, however many pages are open.
actor LiveEvents {
    /// What a page wants to be told: what matches, from now on or after the event with the given number.
    struct Subscription: Sendable {
        var filter: EventFilter
        var after: Int64?
    }

    /// What is told for one of the subscriptions of a stream, which is named by its number.
    struct Message: Sendable {
        let subscription: Int
        let arrivals: Arrivals
    }

    private struct Listener {
        let filter: EventFilter
        let subscription: Int
        let continuation: AsyncStream<Message>.Continuation
    }

    private struct Reader {
        let task: Task<Void, Never>
        /// The last event that listeners know to be looked at, and the last that was.
        var told: Int64
        var seen: Int64
        /// Whether a message is made or on its way to some of the listeners; another one must not overtake it.
        var isBusy = false
    }

    private struct Question: Hashable {
        let filter: EventFilter
        let after: Int64
        let last: Int64
    }

    /// So many events are told at once; gaps stand for the others.
    static let limit = 50
    /// What a slow page may have waiting; the oldest is dropped beyond that, which the page notices by the next.
    private static let backlog = 16
    private static let pause = Duration.milliseconds(250)
    /// While more comes than a page is told, it is told less often: nobody reads fifty lines in a quarter of a second.
    private static let floodPause = Duration.seconds(1)
    /// So many pages are told at once, and then others get their turn: a person's request waits for these, not for all.
    private static let crowd = 20
    private static let breath = Duration.milliseconds(5)
    /// So long an answer to a page that comes back is kept: after a restart a thousand of them ask the same.
    private static let memory = Duration.seconds(2)

    private let store: MonitoringStore
    private let logger: Logger
    private var listeners: [Int: Listener] = [:]
    private var readers: [EventFilter: Reader] = [:]
    private var answers: [Question: (asked: ContinuousClock.Instant, answer: Task<Arrivals, any Error>)] = [:]
    private var nextKey = 0
    private var isFinished = false

    init(store: MonitoringStore, logger: Logger = Logger(label: "console")) {
        self.store = store
        self.logger = logger
    }

    /// What arrives for one filter; see ``messages(_:)``.
    func messages(_ filter: EventFilter, after arrival: Int64? = nil) async throws -> AsyncStream<Message> {
        try await self.messages([Subscription(filter: filter, after: arrival)])
    }

    /// What arrives for each of some subscriptions, in one stream; ends at shutdown, or with the consumer.
    ///
    /// Events around the beginning may be told twice; none is left out.
    func messages(_ subscriptions: [Subscription]) async throws -> AsyncStream<Message> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Message.self,
            bufferingPolicy: .bufferingNewest(Self.backlog + subscriptions.count)
        )
        var keys: [Int] = []
        do {
            for (number, subscription) in subscriptions.enumerated() {
                keys.append(try await self.join(subscription, number, continuation))
            }
        } catch {
            self.remove(keys)
            throw error
        }
        continuation.onTermination = { [keys] _ in Task { await self.remove(keys) } }
        if self.isFinished { continuation.finish() }
        return stream
    }

    /// What arrived after an event and matches, as a page is told that missed it.
    ///
    /// It ends where the pages with this filter are by now, so that what they are told next follows it.
    func missed(_ filter: EventFilter, after arrival: Int64) async throws -> Arrivals {
        if let told = self.readers[filter]?.told, told >= arrival {
            return try await self.arrivals(filter, after: arrival, through: told)
        }
        return try await self.arrivals(filter, after: arrival, through: self.store.lastArrival())
    }

    /// Gives each page a sign of life until cancelled; then ends them all.
    func keepAlive(every interval: Duration) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: interval)
            for filter in Array(self.readers.keys) {
                guard let reader = self.readers[filter], !reader.isBusy else { continue }
                self.readers[filter]?.isBusy = true
                let sign = Arrivals(after: reader.told, last: reader.seen, digest: .nothing, servers: [:])
                await self.announce(sign, of: filter)
                self.readers[filter]?.isBusy = false
            }
        }
        self.finish()
    }

    /// Ends all pages' streams, and those that are asked for later.
    func finish() {
        self.isFinished = true
        for listener in self.listeners.values { listener.continuation.finish() }
        for reader in self.readers.values { reader.task.cancel() }
    }

    /// Tells a page what it missed, up to where the other pages with this filter are, and then whatever they are told.
    private func join(
        _ subscription: Subscription,
        _ number: Int,
        _ continuation: AsyncStream<Message>.Continuation
    ) async throws -> Int {
        var known = subscription.after
        while true {
            try await self.startReader(subscription.filter)
            guard let told = self.readers[subscription.filter]?.told, !self.isFinished else { break }
            guard let after = known, after != told else { break }
            // A page may know more than the reader has told by now; only a number that no event has yet is from another store.
            if after > told, try await after <= self.store.lastArrival() {
                known = nil
                continue
            }
            let missed = try await self.arrivals(subscription.filter, after: after, through: told)
            continuation.yield(Message(subscription: number, arrivals: missed))
            known = told
        }
        self.nextKey += 1
        self.listeners[self.nextKey] = Listener(
            filter: subscription.filter,
            subscription: number,
            continuation: continuation
        )
        return self.nextKey
    }

    private func remove(_ keys: [Int]) {
        for key in keys { self.listeners[key] = nil }
        let wanted = Set(self.listeners.values.map(\.filter))
        for (filter, reader) in self.readers where !wanted.contains(filter) {
            reader.task.cancel()
            self.readers[filter] = nil
        }
    }

    private func startReader(_ filter: EventFilter) async throws {
        guard self.readers[filter] == nil, !self.isFinished else { return }
        // From here on no commit goes unnoticed; what came before it is behind the last arrival.
        let changes = self.store.changes()
        let last = try await self.store.lastArrival()
        guard self.readers[filter] == nil else { return }
        let task = Task {
            for await _ in changes {
                let begin = ContinuousClock.now
                let isFlood = await self.tell(filter)
                try? await Task.sleep(until: begin + (isFlood ? Self.floodPause : Self.pause))
            }
        }
        self.readers[filter] = Reader(task: task, told: last, seen: last)
    }

    /// Tells what is new; returns whether that was more than a page is told.
    private func tell(_ filter: EventFilter) async -> Bool {
        var hasFailed = false
        while !Task.isCancelled, let reader = self.readers[filter] {
            if reader.isBusy {
                try? await Task.sleep(for: Self.breath)
                continue
            }
            self.readers[filter]?.isBusy = true
            defer { self.readers[filter]?.isBusy = false }
            do {
                let last = try await self.store.lastArrival()
                guard last != reader.seen else { return false }
                let arrivals = try await self.read(filter, after: reader.seen, through: last, told: reader.told)
                if arrivals.digest.count > 0 || arrivals.digest.isTooMuch {
                    await self.announce(arrivals, of: filter)
                } else {
                    self.readers[filter]?.seen = last
                }
                return !arrivals.digest.gaps.isEmpty
            } catch {
                if !hasFailed { self.logger.warning("live pages stand still", metadata: ["reason": "\(error)"]) }
                hasFailed = true
                // Whatever is in the way, the next commit may be far: what arrived has to be told without one.
                try? await Task.sleep(for: Self.pause)
            }
        }
        return false
    }

    /// Tells some pages after the others, so that a thousand of them do not keep every thread busy at the same moment.
    private func announce(_ arrivals: Arrivals, of filter: EventFilter) async {
        self.readers[filter]?.told = arrivals.last
        self.readers[filter]?.seen = arrivals.last
        for (number, page) in self.listeners.values.filter({ $0.filter == filter }).enumerated() {
            if number > 0, number.isMultiple(of: Self.crowd) { try? await Task.sleep(for: Self.breath) }
            page.continuation.yield(Message(subscription: page.subscription, arrivals: arrivals))
        }
    }

    /// What arrived in a range of events; asked of the store once, however many pages want to know.
    private func arrivals(_ filter: EventFilter, after: Int64, through last: Int64) async throws -> Arrivals {
        let now = ContinuousClock.now
        self.answers = self.answers.filter { now - $0.value.asked < Self.memory }
        let question = Question(filter: filter, after: after, last: last)
        if let known = self.answers[question] { return try await known.answer.value }
        let answer = Task { try await self.read(filter, after: after, through: last, told: after) }
        self.answers[question] = (now, answer)
        do {
            return try await answer.value
        } catch {
            self.answers[question] = nil
            throw error
        }
    }

    private func read(
        _ filter: EventFilter,
        after: Int64,
        through last: Int64,
        told: Int64
    ) async throws -> Arrivals {
        let digest = try await self.store.digest(filter, after: after, through: last, limit: Self.limit)
        let servers = digest.events.isEmpty ? [] : try await self.store.servers()
        return Arrivals(
            after: told,
            last: last,
            digest: digest,
            servers: Dictionary(servers.map { ($0.id, $0.nickname) }, uniquingKeysWith: { $1 })
        )
    }
}
