internal import JSONRPC

/// Writes the entries of one message as records, and remembers the group of records that Fluent Bit has opened.
struct ForwardRecordWriter {
    /// Under these keys a record carries what Fluent Bit says of it outside of its content.
    ///
    /// They are long so that they do not meet a key of the record itself.
    private static let metadataKey: StaticString = "\"fluent_bit_metadata\":"
    private static let groupKey: StaticString = "\"fluent_bit_group\":"
    /// What a group has in common goes with each of its records, so a larger one is left out.
    private static let largestGroup = 8 << 10

    private let tag: String
    /// What the records of the open group have in common, as JSON.
    private var group: [UInt8] = []

    init(tag: String) { self.tag = tag }

    /// Decodes `[time, record]`; nothing is left of it in the batch when it cannot be read.
    mutating func appendEntry(
        _ reader: inout MessagePackReader,
        to batch: inout ForwardBatch
    ) throws(MessagePackError) {
        let (bytes, records) = (batch.batch.storage.count, batch.batch.records.count)
        do throws(MessagePackError) {
            guard case .array(let count) = try reader.header(), count >= 2 else { throw .wrongType }
            try self.appendRecord(&reader, to: &batch)
            try reader.skip(count - 2)
        } catch {
            batch.batch.storage.removeSubrange(bytes...)
            batch.batch.records.removeSubrange(records...)
            throw error
        }
    }

    /// Decodes a time and a record; after a failure some of its bytes may be left in the storage.
    mutating func appendRecord(
        _ reader: inout MessagePackReader,
        to batch: inout ForwardBatch
    ) throws(MessagePackError) {
        let stamp = try ForwardTime.read(&reader)
        guard case .map = try reader.peek() else { throw .wrongType }
        switch stamp.kind {
        case .groupStart:
            self.group = []
            try MessagePackJSON.append(&reader, to: &self.group)
            if self.group.count <= 2 || self.group.count > Self.largestGroup { self.group = [] }
        case .groupEnd:
            self.group = []
            try reader.skip()
        case .record:
            let start = batch.batch.storage.count
            try MessagePackJSON.append(&reader, to: &batch.batch.storage)
            if stamp.metadata != nil || !self.group.isEmpty {
                self.addContext(stamp.metadata, reader.bytes, to: &batch.batch.storage, from: start)
            }
            let end = batch.batch.storage.count
            batch.batch.records.append(Record(tag: self.tag, time: stamp.time, body: .json(start..<end)))
        }
    }

    /// Adds metadata and group as members of the object that begins at `start`.
    private func addContext(
        _ metadata: Range<Int>?,
        _ bytes: Span<UInt8>,
        to json: inout [UInt8],
        from start: Int
    ) {
        json.removeLast()
        if let metadata {
            let end = json.count
            if end > start + 1 { json.append(UInt8(ascii: ",")) }
            json.append(Self.metadataKey)
            var reader = MessagePackReader(bytes, at: metadata.lowerBound)
            do throws(MessagePackError) {
                try MessagePackJSON.append(&reader, to: &json)
            } catch {
                // Metadata that JSON cannot hold are no reason to lose the record.
                json.removeSubrange(end...)
            }
        }
        if !self.group.isEmpty {
            if json.count > start + 1 { json.append(UInt8(ascii: ",")) }
            json.append(Self.groupKey)
            json.append(contentsOf: self.group)
        }
        json.append(UInt8(ascii: "}"))
    }
}
