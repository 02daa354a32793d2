/// Turns the bytes of a descriptor into batches of records, line by line or in several lines, and delivers them in order.
///
/// The next piece is read while the sink has the one before; there are never more than these two.
struct LineStream {
    /// Makes a record of a line, or `nil` if the line is none.
    typealias Recorder = (_ storage: [UInt8], _ line: Range<Int>, _ isCut: Bool) -> Record?

    private let reader: DescriptorReader
    private let flush: Duration?
    private var records: RecordSplitter

    init(_ reader: DescriptorReader, lineLimit: Int, multiline: MultilineRecords? = nil) {
        self.reader = reader
        self.flush = multiline?.flush
        self.records = RecordSplitter(limit: lineLimit, isStart: multiline?.makeStartTest())
    }

    /// Delivers until the end, or until the task is cancelled; what was read is delivered in any case.
    ///
    /// Bytes after the last line ending count as a line at the end.
    mutating func deliver(into sink: any RecordSink, record: Recorder) async throws {
        var delivery: Task<Void, any Error>?
        var rest: [UInt8] = []
        while let storage = try await self.reader.read(
            after: rest[...],
            patience: self.records.isHolding ? self.flush : nil
        ) {
            let ending = storage.count > rest.count ? RecordSplitter.Ending.open : .quiet
            let used = try await self.deliver(storage, ending: ending, into: sink, after: &delivery, record)
            rest = Array(storage[used...])
        }
        _ = try await self.deliver(rest, ending: .final, into: sink, after: &delivery, record)
        try await delivery?.value
    }

    private mutating func deliver(
        _ storage: [UInt8],
        ending: RecordSplitter.Ending,
        into sink: any RecordSink,
        after delivery: inout Task<Void, any Error>?,
        _ record: Recorder
    ) async throws -> Int {
        var batch = RecordBatch(storage: storage)
        let used = self.records.split(storage, ending: ending) { line, isCut in
            if let record = record(storage, line, isCut) { batch.records.append(record) }
        }
        guard !batch.records.isEmpty else { return used }
        try await delivery?.value
        // A task of its own, so that cancelling the source does not interrupt what is being accepted.
        delivery = Task.detached { [batch] in try await sink.accept(batch) }
        return used
    }
}
