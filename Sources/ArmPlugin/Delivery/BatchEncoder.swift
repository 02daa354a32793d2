public import HAPI
public import Spool

/// Encodes events once, into batches that are spooled and sent as they are.
///
/// A batch ends at 1000 events or 512 KiB; its lastInfo is the id of its last event.
public struct BatchEncoder: Sendable {
    /// The size at which a batch ends, in bytes.
    public static let batchBytes = 512 << 10

    private var spool: String
    private var id: EventID
    private var firstSequence: Int64
    private var writer = PutEventsWriter()
    private var finished: [SpooledBatch] = []
    /// How many events wait to be taken.
    public private(set) var count = 0

    /// Starts numbering.
    ///
    /// - Parameters:
    ///   - spool: the id of the spool's present run.
    ///   - sequence: the number of the first event.
    public init(spool: String, sequence: Int64) {
        self.spool = spool
        self.id = EventID(spool: spool, sequence: sequence)
        self.firstSequence = sequence
    }

    /// The next event begins a batch.
    public var isBetweenBatches: Bool {
        self.writer.isEmpty || self.writer.isFull || self.writer.byteCount >= Self.batchBytes
    }

    /// The number of the next event.
    public var nextSequence: Int64 { self.id.sequence }

    /// Adds an event whose other fields `fields` sets.
    public mutating func add(time: TimeStamp, type: EventType, _ fields: (inout PutEventsWriter) -> Void) {
        self.beginEvent { writer, id in writer.beginEvent(utf8ID: id, time: time, type: type) }
        fields(&self.writer)
        self.endEvent()
    }

    /// Adds an event with what it has in common with others; `fields` sets the rest.
    public mutating func add(_ head: borrowing PutEventsWriter.Head, _ fields: (inout PutEventsWriter) -> Void) {
        self.beginEvent { writer, id in writer.beginEvent(utf8ID: id, head) }
        fields(&self.writer)
        self.endEvent()
    }

    /// Takes the batches encoded so far, the last one completed.
    public mutating func take() -> [SpooledBatch] {
        self.endBatch()
        self.count = 0
        defer { self.finished = [] }
        return self.finished
    }

    /// Goes on in another run of the spool; only when nothing is waiting.
    public mutating func begin(run spool: String) {
        guard self.count == 0 else { return }
        self.spool = spool
        self.id = EventID(spool: spool, sequence: self.nextSequence)
    }

    /// On its own, so that nobody else holds the bytes of the id when it advances, which would copy them.
    private mutating func beginEvent(_ begin: (inout PutEventsWriter, Span<UInt8>) -> Void) {
        if self.isBetweenBatches { self.endBatch() }
        let id = self.id.bytes
        begin(&self.writer, id.span)
    }

    private mutating func endEvent() {
        self.writer.endEvent()
        self.id.advance()
        self.count += 1
    }

    private mutating func endBatch() {
        guard !self.writer.isEmpty else { return }
        let count = self.writer.count
        let last = EventID(spool: self.spool, sequence: self.nextSequence - 1)
        let payload = self.writer.finish(PutEvents.Envelope(lastInfo: last.description))
        self.finished.append(SpooledBatch(firstSequence: self.firstSequence, count: count, payload: payload))
        self.firstSequence = self.nextSequence
    }
}
