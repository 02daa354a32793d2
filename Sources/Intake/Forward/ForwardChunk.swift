/// A message that is too large to be held: its entries are decoded while they come.
///
/// Whether they are compressed, and what the sender calls the chunk, is in the option behind them. So the compression is told by
/// the first bytes: gzip begins with 1F 8B (RFC 1952), and an entry is an array.
struct ForwardChunk {
    private static let gzipMark: [UInt8] = [0x1F, 0x8B]

    private let tag: String
    private let limits: ForwardLimits
    /// Bytes before it is known what they are.
    private var head: [UInt8] = []
    private var entries: ForwardEntries?
    private var option: (message: ForwardMessage, bytes: [UInt8])?
    /// Whether everything of it has been decoded.
    private(set) var isOver = false

    /// Begins a message.
    init(tag: String, limits: ForwardLimits) {
        self.tag = tag
        self.limits = limits
    }

    /// Takes its next part.
    ///
    /// - Throws: When its entries are packed in an unknown way; they must stay with the sender.
    mutating func append(_ piece: ForwardPiece) throws(ForwardMessage.Failure) {
        switch piece {
        case .content(let bytes): try self.append(bytes)
        case .closing(let bytes): try self.close(bytes)
        case .values, .opening: throw .malformed
        }
    }

    private mutating func append(_ bytes: [UInt8]) throws(ForwardMessage.Failure) {
        guard self.entries == nil else {
            self.entries?.append(bytes, bytes.startIndex..<bytes.endIndex)
            return
        }
        self.head += bytes
        guard self.head.count >= Self.gzipMark.count else { return }
        let isCompressed = self.head.starts(with: Self.gzipMark)
        var reader = MessagePackReader(self.head.span)
        if !isCompressed {
            // Bytes that begin no entry are of a compression that we do not know; why they cannot be read tells nothing more.
            guard let header = try? reader.header(), case .array = header else { throw .unknownCompression }
        }
        var entries = ForwardEntries(tag: self.tag, isCompressed: isCompressed, limits: self.limits)
        entries.append(self.head, self.head.startIndex..<self.head.endIndex)
        self.entries = entries
        self.head = []
    }

    private mutating func close(_ bytes: [UInt8]) throws(ForwardMessage.Failure) {
        var message = ForwardMessage(tag: self.tag, form: .entries, content: 0..<0)
        var reader = MessagePackReader(bytes.span)
        do {
            if !bytes.isEmpty { try message.readOption(&reader) }
        } catch let failure as ForwardMessage.Failure {
            throw failure
        } catch {
            throw .malformed
        }
        self.option = (message, bytes)
        self.entries?.finish(announced: message.count)
    }

    /// Decodes the next batch; `nil` when more has to come, or nothing is left.
    mutating func next() -> ForwardBatch? {
        guard !self.isOver, var entries = self.entries.take() else { return nil }
        var batch = ForwardBatch()
        let progress = entries.decode(into: &batch)
        self.entries = entries
        if case .over = progress, let (message, bytes) = self.option {
            self.isOver = true
            batch.messages = 1
            if let chunk = message.chunk { batch.acknowledge(bytes[chunk]) }
            return batch
        }
        return batch.batch.records.isEmpty && batch.unreadable == 0 ? nil : batch
    }
}
