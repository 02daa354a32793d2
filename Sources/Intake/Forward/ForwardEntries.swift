/// Decodes the entries of one message, `[time, record]` each, which may come in pieces and compressed.
///
/// One bad entry costs that entry alone: its end is known from the headers of MessagePack, whatever is wrong inside. Only bytes
/// that are no MessagePack, or no gzip, make the rest of the message unreadable. An entry that is larger than the limit is
/// passed over without being held.
struct ForwardEntries {
    /// How much of a message has been decoded.
    enum Progress {
        /// The batch is full.
        case full
        /// More bytes are needed.
        case waiting
        /// The message is over.
        case over
    }

    private static let inflateStep = 256 << 10

    private let limits: ForwardLimits
    private var writer: ForwardRecordWriter
    /// Holds the entries; those in `rest` are still to be decoded.
    private var bytes: [UInt8] = []
    private var rest = 0..<0
    /// Yields more entries; `nil` if they are not compressed.
    private var inflater: GzipInflater?
    private var compressed: ArraySlice<UInt8> = []
    /// No more bytes will come.
    private var isComplete = false
    /// Finds the end of the entry that is incomplete; starts where `rest` does.
    private var scanner: MessagePackScanner?
    /// Passes over an entry that is too large.
    private var skipper: MessagePackSkipper?
    /// Nothing behind this can be read.
    private var isBroken = false
    /// Entries that have been counted, good or bad.
    private var seen = 0
    /// How many there are, if the sender said so.
    private var announced: Int?

    /// Starts before the first entry.
    init(tag: String, isCompressed: Bool, limits: ForwardLimits) {
        self.limits = limits
        self.writer = ForwardRecordWriter(tag: tag)
        if isCompressed { self.inflater = GzipInflater(limit: limits.decompressed) }
    }

    /// Takes the next bytes: those in a range of an array.
    mutating func append(_ bytes: [UInt8], _ range: Range<Int>) {
        guard !self.isBroken else { return }
        if self.inflater == nil {
            self.add(bytes, range)
        } else if self.compressed.isEmpty {
            self.compressed = bytes[range]
        } else {
            self.compressed += bytes[range]
        }
    }

    /// Notes that no more bytes come, and how many entries the sender says there are.
    mutating func finish(announced: Int?) {
        self.isComplete = true
        self.announced = announced
    }

    /// Decodes entries until the batch is full, more bytes are needed, or the message is over.
    mutating func decode(into batch: inout ForwardBatch) -> Progress {
        while true {
            if self.isBroken {
                guard self.isComplete else { return .waiting }
                batch.unreadable += max(1, (self.announced ?? 0) - self.seen)
                return .over
            }
            self.decodeAtHand(into: &batch)
            if batch.isFull { return .full }
            if self.isBroken || self.inflateMore() || self.isBroken { continue }
            guard self.isComplete else { return .waiting }
            if self.rest.isEmpty, self.skipper == nil { return .over }
            // What is left is the beginning of an entry.
            self.isBroken = true
        }
    }

    // MARK: Entries

    /// Decodes the entries that are in memory until one is incomplete, or the batch is full.
    private mutating func decodeAtHand(into batch: inout ForwardBatch) {
        let bytes = self.bytes
        while !self.rest.isEmpty, !batch.isFull, !self.isBroken {
            if self.skipper != nil {
                self.passOver(bytes, into: &batch)
                if self.skipper != nil { return }
            } else if self.scanner != nil {
                self.scan(bytes)
                if self.scanner != nil { return }
            } else if !self.decodeGood(bytes, into: &batch) {
                self.handleBad(bytes, into: &batch)
                if self.scanner != nil { return }
            }
        }
    }

    /// Decodes entries up to the end, a full batch, or one that cannot be read; false at such a one.
    private mutating func decodeGood(_ bytes: [UInt8], into batch: inout ForwardBatch) -> Bool {
        let end = self.rest.upperBound
        var reader = MessagePackReader(bytes.span.extracting(0..<end), at: self.rest.lowerBound)
        var start = reader.position
        let isGood: Bool
        do throws(MessagePackError) {
            while start < end, !batch.isFull {
                try self.writer.appendEntry(&reader, to: &batch)
                start = reader.position
                self.seen += 1
            }
            isGood = true
        } catch {
            isGood = false
        }
        self.rest = start..<end
        return isGood
    }

    /// Moves past an entry that cannot be read, if its end is in sight.
    private mutating func handleBad(_ bytes: [UInt8], into batch: inout ForwardBatch) {
        var reader = MessagePackReader(bytes.span.extracting(0..<self.rest.upperBound), at: self.rest.lowerBound)
        do throws(MessagePackError) {
            try reader.skip()
            batch.unreadable += 1
            self.seen += 1
            self.rest = reader.position..<self.rest.upperBound
        } catch .unexpectedEnd {
            self.scanner = MessagePackScanner(limit: self.limits.entry)
        } catch {
            self.isBroken = true
        }
    }

    /// Looks for the end of the entry that was incomplete; keeps the scanner as long as it is not there.
    private mutating func scan(_ bytes: [UInt8]) {
        guard var scanner = self.scanner else { return }
        do throws(MessagePackError) {
            self.scanner = try scanner.length(in: bytes.span.extracting(self.rest)) == nil ? scanner : nil
        } catch .tooLarge {
            self.scanner = nil
            self.skipper = MessagePackSkipper()
        } catch {
            self.scanner = nil
            self.isBroken = true
        }
    }

    private mutating func passOver(_ bytes: [UInt8], into batch: inout ForwardBatch) {
        guard var skipper = self.skipper else { return }
        do throws(MessagePackError) {
            let used = try skipper.skip(in: bytes.span.extracting(self.rest))
            self.rest = self.rest.lowerBound + used..<self.rest.upperBound
            self.skipper = skipper.isDone ? nil : skipper
            guard skipper.isDone else { return }
            batch.unreadable += 1
            self.seen += 1
        } catch {
            self.isBroken = true
        }
    }

    // MARK: Bytes

    /// Adds entries, in place of those that were decoded; a whole message is not copied.
    private mutating func add(_ bytes: [UInt8], _ range: Range<Int>) {
        guard !self.rest.isEmpty else {
            (self.bytes, self.rest) = (bytes, range)
            return
        }
        self.bytes.removeSubrange(..<self.rest.lowerBound)
        self.bytes += bytes[range]
        self.rest = 0..<self.bytes.count
    }

    /// Decompresses more; `false` when there is nothing to decompress now.
    private mutating func inflateMore() -> Bool {
        guard let inflater = self.inflater, !self.compressed.isEmpty || self.isComplete else { return false }
        self.bytes.removeSubrange(..<self.rest.lowerBound)
        let old = self.bytes.count
        do throws(GzipInflater.Failure) {
            let hasMore = try inflater.inflate(&self.compressed, atMost: Self.inflateStep, to: &self.bytes)
            self.rest = 0..<self.bytes.count
            if !hasMore, self.isComplete { self.inflater = nil }
            // Without progress the next bytes have to be waited for.
            return self.bytes.count > old || self.isComplete || !self.compressed.isEmpty
        } catch {
            self.rest = self.bytes.count..<self.bytes.count
            self.isBroken = true
            return false
        }
    }
}
