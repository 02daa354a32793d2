internal import HAPI
public import JSONRPC
public import Spool

/// Decides which batches of events go out when, in which requests, and when they are done with: a value that is told the time.
///
/// A slow source makes batches of one event, and a server that is far away answers a request 100 ms later. With one batch per
/// request such a node would fall behind for ever. So what waits is joined: while requests may be in flight, each takes as many
/// consecutive waiting batches as fit. A lone batch does not wait for others.
///
/// A batch stays until the server has answered `SUCCESS`. Whatever else happens to it (a failure, an error, silence, a lost
/// connection), it is handed out again, lowest sequence first, after a pause that doubles while nothing succeeds, perhaps joined
/// with others than before. An answer to an earlier copy of a batch counts as well, so that a server slower than our
/// patience is not flooded. What is refused because of its size or its content is divided, see ``SendingLimits``.
public struct Outbox {
    /// How much is in flight, and how patient we are.
    public struct Policy: Sendable, Hashable {
        /// The most requests in flight: with full ones, 16,000 events per round trip.
        public var windowRequests = 16
        /// The most batches in the window: as many single events as the requests in flight hold, and a quarter more, so that the next
        /// request need not wait until the spool is read.
        public var windowBatches = 20_000
        /// No further batch is taken once those in the window hold this many bytes.
        ///
        /// A batch takes about 200 bytes besides, so that the window takes 12 MiB at most.
        public var windowBytes = 8 << 20
        /// The most events in a request of several batches.
        public var requestEvents = PutEvents.mostEvents
        /// The most bytes of events in a request of several batches.
        public var requestBytes = BatchEncoder.batchBytes
        /// How long the server may take to answer.
        public var replyTimeout: Duration = .seconds(60)
        /// The pause after the first failure.
        public var initialPause: Duration = .seconds(1)
        /// The longest pause.
        public var maximumPause: Duration = .seconds(60)
        /// How often the server may call a batch invalid before it is set aside.
        public var refusals = 3

        /// The defaults.
        public init() {}
    }

    /// What became of a request.
    public enum Outcome: Sendable {
        /// The server has these events; the batches, named by their first sequence, have left the outbox.
        case delivered(events: Int, batches: [Int64])
        /// What begins with this sequence will be sent again after a pause. The reason is for the log.
        case postponed(first: Int64, reason: String)
        /// The server calls something in it invalid; it will be sent again in smaller requests.
        case divided(first: Int64, reason: String)
        /// The server calls it invalid for good; it has left the outbox and is to be kept elsewhere, then the batches may go.
        case refused(SpooledBatch, ErrorObject, batches: [Int64])
    }

    /// A batch in the window, or a part of one that was divided.
    struct Entry {
        let batch: SpooledBatch
        /// The batch in the spool: its first sequence.
        let name: Int64
        /// The request that it is on its way with.
        var request: Int64?
        /// With how many others it may be joined, after a request with it was called invalid.
        var mostBatches = Int.max
        /// How often the server called it invalid when it was alone in its request.
        var refusals = 0
        /// How often the broker refused it although it cannot be divided further.
        var nacks = 0
        var heldUntil: ContinuousClock.Instant?
    }

    /// A request that was handed out.
    ///
    /// Those that are no longer in flight are remembered for their late answers.
    struct Request {
        /// The first sequences of what it carries: all batches in the window between them, as they were consecutive.
        let sequences: ClosedRange<Int64>
        let bytes: Int
        let batches: Int
        /// When its answer is overdue; `nil` before it is written.
        var deadline: ContinuousClock.Instant?
        var isInFlight = true
    }

    /// How many requests are remembered for their late answers.
    private static let rememberedRequests = 256

    let policy: Policy
    /// The window, in order of sequence.
    var entries: [Entry] = []
    var requests: [Int64: Request] = [:]
    /// Their ids, oldest first.
    private var requestOrder: [Int64] = []
    private var bytes = 0
    /// How many parts are left of each batch that was divided.
    private var partsLeft: [Int64: Int] = [:]
    /// Nothing waits before this sequence: in a window of thousands of batches, looking through all of them is dear.
    private var firstWaiting: Int64 = .min
    private var pausedUntil: ContinuousClock.Instant?
    private var failures = 0
    var limits: SendingLimits

    /// The sequence after which the next batches are to be taken from the spool.
    public private(set) var cursor: Int64

    /// Starts with nothing in the window.
    ///
    /// - Parameters:
    ///   - cursor: the sequence before the first batch to send.
    ///   - policy: the limits.
    public init(after cursor: Int64, policy: Policy = Policy()) {
        self.cursor = cursor
        self.policy = policy
        self.limits = SendingLimits(requests: policy.windowRequests)
    }

    // MARK: The window

    /// Whether nothing is in the window.
    public var isEmpty: Bool { self.entries.isEmpty }

    /// The first event in the window; events before it are done with.
    public var firstSequence: Int64? { self.entries.first?.batch.firstSequence }

    /// How many batches are in the window.
    public var count: Int { self.entries.count }

    /// How many requests wait for their answers.
    public var requestsInFlight: Int { self.requests.values.count { $0.isInFlight } }

    /// How many more batches may be added.
    public var room: Int { self.roomBytes == 0 ? 0 : max(0, self.policy.windowBatches - self.entries.count) }

    /// How many more bytes may be added; the last batch may exceed them.
    public var roomBytes: Int { max(0, self.policy.windowBytes - self.bytes) }

    /// Takes batches from the spool, in order.
    public mutating func add(_ batches: [SpooledBatch]) {
        for batch in batches where batch.firstSequence > self.cursor {
            self.entries.append(Entry(batch: batch, name: batch.firstSequence))
            self.bytes += batch.payload.count
            self.cursor = batch.firstSequence
        }
    }

    // MARK: Sending

    /// The next request to publish; `nil` if none may go out now.
    public mutating func next(at now: ContinuousClock.Instant) -> EventRequest? {
        if let pausedUntil = self.pausedUntil {
            guard now >= pausedUntil else { return nil }
            self.pausedUntil = nil
        }
        guard self.requestsInFlight < self.limits.requests, var start = self.firstReady(now) else { return nil }
        while self.divideIfTooLarge(start) {
            guard let ready = self.firstReady(now) else { return nil }
            start = ready
        }
        let end = self.endOfJoined(from: start, now)
        let batches = self.entries[start..<end].map(\.batch)
        let id = self.unusedID()
        for index in start..<end { self.entries[index].request = id }
        self.remember(
            Request(
                sequences: batches[0].firstSequence...batches[batches.count - 1].firstSequence,
                bytes: batches.reduce(0) { $0 + $1.payload.count },
                batches: batches.count
            ),
            id
        )
        return EventRequest(id: id, batches: batches)
    }

    /// The index of the first batch that may go out.
    private mutating func firstReady(_ now: ContinuousClock.Instant) -> Int? {
        let start = self.index(from: self.firstWaiting)
        guard let waiting = self.entries[start...].firstIndex(where: { $0.request == nil }) else {
            self.firstWaiting = (self.entries.last?.batch.firstSequence ?? self.cursor) + 1
            return nil
        }
        self.firstWaiting = self.entries[waiting].batch.firstSequence
        return self.entries[waiting...].firstIndex { self.isReady($0, now) }
    }

    private func isReady(_ entry: Entry, _ now: ContinuousClock.Instant) -> Bool {
        guard entry.request == nil, !self.isTooLarge(entry.batch) else { return false }
        return entry.heldUntil.map { $0 <= now } ?? true
    }

    /// The index behind the batches that go out together with the first one.
    private func endOfJoined(from start: Int, _ now: ContinuousClock.Instant) -> Int {
        let first = self.entries[start]
        var (events, bytes, most) = (first.batch.count, first.batch.payload.count, first.mostBatches)
        let mostBytes = min(self.policy.requestBytes, self.limits.bytes)
        var end = start + 1
        guard most > 1, first.heldUntil == nil, first.batch.canBeJoined else { return end }
        while end < self.entries.count {
            let entry = self.entries[end]
            events += entry.batch.count
            bytes += entry.batch.payload.count
            most = min(most, entry.mostBatches)
            guard self.isReady(entry, now), entry.heldUntil == nil, end - start < most, bytes <= mostBytes,
                events <= self.policy.requestEvents, entry.batch.canBeJoined
            else { break }
            end += 1
        }
        return end
    }

    /// Notes that a request is on its way; from now on its answer is awaited.
    public mutating func published(_ id: Int64, at now: ContinuousClock.Instant) {
        // What became of it may have been heard first.
        guard self.requests[id]?.isInFlight == true else { return }
        let deadline = now + self.policy.replyTimeout
        self.requests[id]?.deadline = deadline
    }

    // MARK: What becomes of requests

    /// Notes that the connection is lost: what was in flight goes out again as soon as there is another.
    public mutating func disconnected() {
        for id in self.requests.keys { self.requests[id]?.isInFlight = false }
        for index in self.entries.indices { self.entries[index].request = nil }
        self.firstWaiting = .min
    }

    /// Takes a good answer; `nil` if it belongs to no batch here.
    public mutating func answered(_ id: MessageID, isSuccess: Bool, at now: ContinuousClock.Instant) -> Outcome? {
        guard let (id, request, entries) = self.request(id) else { return nil }
        guard isSuccess else {
            self.postpone(id, now)
            return .postponed(
                first: self.entries[entries.lowerBound].batch.firstSequence,
                reason: "the server answered FAILURE"
            )
        }
        self.requests[id] = nil
        self.failures = 0
        if request.isInFlight { self.limits.succeeded() }
        let events = self.entries[entries].reduce(0) { $0 + $1.batch.count }
        return .delivered(events: events, batches: self.remove(entries))
    }

    /// Takes an error as the answer; `nil` if it belongs to no batch here.
    public mutating func answered(_ id: MessageID, error: ErrorObject, at now: ContinuousClock.Instant) -> Outcome? {
        guard let (id, request, entries) = self.request(id) else { return nil }
        let first = self.entries[entries.lowerBound].batch
        let reason = "the server answered error \(error)"
        guard error.code == ErrorObject.invalidParams else {
            self.postpone(id, now)
            return .postponed(first: first.firstSequence, reason: reason)
        }
        if request.batches > 1 {
            // The server is well, and half of them may be: no pause, or finding one bad batch among a thousand would take minutes.
            for index in entries where self.entries[index].request == id {
                self.entries[index].mostBatches = request.batches / 2
            }
            self.release(id)
            return .divided(first: first.firstSequence, reason: reason)
        }
        self.postpone(id, now)
        self.entries[entries.lowerBound].refusals += 1
        guard self.entries[entries.lowerBound].refusals >= self.policy.refusals else {
            return .postponed(first: first.firstSequence, reason: reason)
        }
        return .refused(first, error, batches: self.remove(entries.lowerBound..<entries.lowerBound + 1))
    }

    /// Hands batches whose answer is overdue out again, and says whether there were any.
    public mutating func expire(at now: ContinuousClock.Instant) -> Bool {
        let overdue = self.requests.filter { $0.value.isInFlight && $0.value.deadline.map { $0 <= now } ?? false }
        for id in overdue.keys { self.release(id) }
        return overdue.values.contains { !self.indices($0.sequences).isEmpty }
    }

    /// Gives everything in flight its full time again, as after the broker has held messages back.
    public mutating func extendDeadlines(from now: ContinuousClock.Instant) {
        let deadline = now + self.policy.replyTimeout
        for (id, request) in self.requests where request.deadline != nil { self.requests[id]?.deadline = deadline }
    }

    // MARK: Tools

    /// Gives the batches of a request back to those that wait.
    mutating func release(_ id: Int64) {
        guard let request = self.requests[id], request.isInFlight else { return }
        self.requests[id]?.isInFlight = false
        for index in self.indices(request.sequences) where self.entries[index].request == id {
            self.entries[index].request = nil
        }
        self.firstWaiting = min(self.firstWaiting, request.sequences.lowerBound)
    }

    /// Sends the batches of a request again, after a pause.
    mutating func postpone(_ id: Int64, _ now: ContinuousClock.Instant) {
        // A late answer says nothing about the copies sent since.
        guard self.requests[id]?.isInFlight == true else { return }
        self.release(id)
        // What fails together, a window of requests, is one failure.
        guard self.pausedUntil ?? now <= now else { return }
        self.failures += 1
        self.pausedUntil = now + self.pause(after: self.failures)
    }

    /// How long to wait after so many failures in a row.
    func pause(after failures: Int) -> Duration {
        min(self.policy.initialPause * (1 << min(max(failures, 1) - 1, 10)), self.policy.maximumPause)
    }

    /// A request whose batches are, at least in part, still here; and where they are.
    private mutating func request(_ id: MessageID) -> (id: Int64, Request, entries: Range<Int>)? {
        guard let number = id.integer, let request = self.requests[number] else { return nil }
        let entries = self.indices(request.sequences)
        guard !entries.isEmpty else {
            self.requests[number] = nil
            return nil
        }
        return (number, request, entries)
    }

    /// Where the batches with these first sequences are.
    func indices(_ sequences: ClosedRange<Int64>) -> Range<Int> {
        self.index(from: sequences.lowerBound)..<self.index(from: sequences.upperBound + 1)
    }

    /// The index of the first batch that begins at a sequence or later.
    private func index(from sequence: Int64) -> Int {
        var (low, high) = (0, self.entries.count)
        while low < high {
            let middle = (low + high) / 2
            if self.entries[middle].batch.firstSequence < sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Takes batches out of the window; gives the names of those that are complete with it.
    private mutating func remove(_ range: Range<Int>) -> [Int64] {
        var names: [Int64] = []
        for entry in self.entries[range] {
            self.bytes -= entry.batch.payload.count
            if let left = self.partsLeft[entry.name], left > 1 {
                self.partsLeft[entry.name] = left - 1
            } else {
                self.partsLeft[entry.name] = nil
                names.append(entry.name)
            }
        }
        self.entries.removeSubrange(range)
        return names
    }

    /// Replaces a batch by parts of at most so many bytes; returns whether it could be divided.
    mutating func divide(_ index: Int, intoPartsOf bytes: Int) -> Bool {
        let entry = self.entries[index]
        guard let parts = entry.batch.parts(ofAtMost: bytes) else { return false }
        self.entries.replaceSubrange(index...index, with: parts.map { Entry(batch: $0, name: entry.name) })
        self.partsLeft[entry.name, default: 1] += parts.count - 1
        self.bytes += parts.reduce(0) { $0 + $1.payload.count }
        self.bytes -= entry.batch.payload.count
        return true
    }

    private mutating func remember(_ request: Request, _ id: Int64) {
        self.requests[id] = request
        self.requestOrder.append(id)
        guard self.requestOrder.count > Self.rememberedRequests else { return }
        self.requestOrder.removeAll { id in
            guard let request = self.requests[id] else { return true }
            guard !request.isInFlight, self.requests.count > Self.rememberedRequests / 2 else { return false }
            self.requests[id] = nil
            return true
        }
    }

    private func unusedID() -> Int64 {
        var id: Int64
        repeat { id = Int64.random(in: MessageIDs.events) } while self.requests[id] != nil
        return id
    }
}
