internal import JSONRPC

/// Decodes whole Forward messages into batches of bounded size.
///
/// A message that is damaged inside, for instance by a gzip text that breaks off, can never be read better: its good
/// records are kept, the rest is counted as unreadable, and it is acknowledged, or its sender would repeat it for ever.
struct ForwardDecoder {
    private struct Current {
        var message: ForwardMessage
        /// Holds the entries.
        var bytes: [UInt8]
        /// Where the next entry is, and where they end.
        var rest: Range<Int>
        /// Yields more entries.
        var compressed: (inflater: GzipInflater, input: ArraySlice<UInt8>)?
    }

    private static let inflateStep = 256 << 10

    private let bytes: [UInt8]
    private let decompressedLimit: Int
    private let entryLimit: Int
    private var position = 0
    private var current: Current?
    private var failure: ForwardMessage.Failure?

    /// Takes whole messages, one after the other.
    ///
    /// - Parameters:
    ///   - bytes: The messages.
    ///   - decompressedLimit: How many bytes a compressed message may become.
    ///   - entryLimit: How many bytes one entry of it may have.
    init(_ bytes: [UInt8], decompressedLimit: Int, entryLimit: Int) {
        self.bytes = bytes
        self.decompressedLimit = decompressedLimit
        self.entryLimit = entryLimit
    }

    /// Decodes the next batch; `nil` at the end.
    ///
    /// - Throws: When the next message cannot be taken; those before it have been handed over by then.
    mutating func next() throws(ForwardMessage.Failure) -> ForwardBatch? {
        var batch = ForwardBatch()
        while !batch.isFull {
            if var current = self.current.take() {
                if Self.appendEntries(of: &current, entryLimit: self.entryLimit, to: &batch) {
                    self.finish(current.message, &batch)
                } else {
                    self.current = current
                }
            } else if self.position < self.bytes.count, self.failure == nil {
                self.start(&batch)
            } else {
                break
            }
        }
        if batch.messages > 0 || !batch.batch.records.isEmpty { return batch }
        if let failure = self.failure { throw failure }
        return nil
    }

    /// Begins the next message, or remembers why it cannot be taken.
    private mutating func start(_ batch: inout ForwardBatch) {
        let bytes = self.bytes
        var reader = MessagePackReader(bytes.span, at: self.position)
        let message: ForwardMessage?
        do throws(ForwardMessage.Failure) {
            message = try ForwardMessage.read(&reader)
        } catch {
            self.failure = error
            return
        }
        self.position = reader.position
        guard let message else { return }
        guard message.isLog else {
            batch.unreadable += 1
            return self.finish(message, &batch)
        }
        switch message.form {
        case .single:
            var reader = MessagePackReader(bytes.span, at: message.content.lowerBound)
            if (try? Self.appendRecord(&reader, message.tag, to: &batch)) == nil { batch.unreadable += 1 }
            self.finish(message, &batch)
        case .entries:
            self.current = Current(message: message, bytes: bytes, rest: message.content)
        case .gzip:
            let inflater = GzipInflater(limit: self.decompressedLimit)
            self.current = Current(
                message: message,
                bytes: [],
                rest: 0..<0,
                compressed: (inflater, bytes[message.content])
            )
        }
    }

    private func finish(_ message: ForwardMessage, _ batch: inout ForwardBatch) {
        batch.messages += 1
        guard let chunk = message.chunk else { return }
        // {"ack": chunk}, the chunk byte for byte as it came.
        batch.replies.append(0x81)
        batch.replies.append(0xA3)
        batch.replies.append("ack")
        batch.replies.append(contentsOf: self.bytes[chunk])
    }

    /// Decodes entries until the batch is full; whether the message is over.
    private static func appendEntries(
        of current: inout Current,
        entryLimit: Int,
        to batch: inout ForwardBatch
    ) -> Bool {
        while true {
            let failure = self.appendEntriesAtHand(of: &current, to: &batch)
            if batch.isFull { return false }
            if failure == nil, current.compressed == nil { return true }
            if failure == nil || failure == .unexpectedEnd, self.inflate(&current, entryLimit) { continue }
            batch.unreadable += 1
            return true
        }
    }

    /// Decodes the entries that are in memory until one is incomplete or wrong, or the batch is full.
    private static func appendEntriesAtHand(
        of current: inout Current,
        to batch: inout ForwardBatch
    ) -> MessagePackError? {
        let bytes = current.bytes
        let end = current.rest.upperBound
        var reader = MessagePackReader(bytes.span.extracting(0..<end), at: current.rest.lowerBound)
        while reader.position < end, !batch.isFull {
            do throws(MessagePackError) {
                try self.appendEntry(&reader, current.message.tag, to: &batch)
            } catch {
                return error
            }
            current.rest = reader.position..<end
        }
        return nil
    }

    /// Decompresses more, dropping what has been decoded; `false` when there is nothing, or nothing good.
    private static func inflate(_ current: inout Current, _ entryLimit: Int) -> Bool {
        guard var compressed = current.compressed, current.rest.count < entryLimit else { return false }
        current.compressed = nil
        current.bytes.removeSubrange(..<current.rest.lowerBound)
        // An entry that is still incomplete is looked at again from its start, so each step doubles what there is.
        let step = max(self.inflateStep, current.bytes.count)
        do throws(GzipInflater.Failure) {
            let hasMore = try compressed.inflater.inflate(&compressed.input, atMost: step, to: &current.bytes)
            current.rest = 0..<current.bytes.count
            if hasMore { current.compressed = compressed }
            return true
        } catch {
            return false
        }
    }

    /// Decodes `[time, record]`; nothing is left of it in the batch when it cannot be read.
    private static func appendEntry(
        _ reader: inout MessagePackReader,
        _ tag: String,
        to batch: inout ForwardBatch
    ) throws(MessagePackError) {
        guard case .array(let count) = try reader.header(), count >= 2 else { throw .wrongType }
        try self.appendRecord(&reader, tag, to: &batch)
        try reader.skip(count - 2)
    }

    /// Decodes a time and a record.
    private static func appendRecord(
        _ reader: inout MessagePackReader,
        _ tag: String,
        to batch: inout ForwardBatch
    ) throws(MessagePackError) {
        let time = try ForwardTime.read(&reader)
        guard case .map = try reader.peek() else {
            batch.unreadable += 1
            return try reader.skip()
        }
        let start = batch.batch.storage.count
        do throws(MessagePackError) {
            try MessagePackJSON.append(&reader, to: &batch.batch.storage)
        } catch {
            batch.batch.storage.removeSubrange(start...)
            throw error
        }
        batch.batch.records.append(Record(tag: tag, time: time, body: .json(start..<batch.batch.storage.count)))
    }
}
