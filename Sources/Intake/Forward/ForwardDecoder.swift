/// Decodes whole Forward messages into batches of bounded size.
///
/// A message that is damaged inside, for instance by a gzip text that breaks off, can never be read better: its good
/// records are kept, the others are counted as unreadable, and it is acknowledged, or its sender would repeat it for ever.
struct ForwardDecoder {
    private let bytes: [UInt8]
    private let limits: ForwardLimits
    private var position = 0
    private var current: (message: ForwardMessage, entries: ForwardEntries)?
    private var failure: ForwardMessage.Failure?

    /// Takes whole messages, one after the other.
    init(_ bytes: [UInt8], limits: ForwardLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// Decodes the next batch; `nil` at the end.
    ///
    /// - Throws: When the next message cannot be taken; those before it have been handed over by then.
    mutating func next() throws(ForwardMessage.Failure) -> ForwardBatch? {
        var batch = ForwardBatch()
        while !batch.isFull {
            if var current = self.current.take() {
                if case .over = current.entries.decode(into: &batch) {
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
        if batch.messages > 0 || batch.unreadable > 0 || !batch.batch.records.isEmpty { return batch }
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
            batch.unreadable += max(1, message.count ?? 1)
            return self.finish(message, &batch)
        }
        if message.form == .single {
            var reader = MessagePackReader(bytes.span, at: message.content.lowerBound)
            var writer = ForwardRecordWriter(tag: message.tag)
            // A record that cannot be read is counted; there is nobody to tell why.
            if (try? writer.appendRecord(&reader, to: &batch)) == nil { batch.unreadable += 1 }
            return self.finish(message, &batch)
        }
        var entries = ForwardEntries(
            tag: message.tag,
            isCompressed: message.form == .gzip,
            limits: self.limits
        )
        entries.append(bytes, message.content)
        entries.finish(announced: message.count)
        self.current = (message, entries)
    }

    private func finish(_ message: ForwardMessage, _ batch: inout ForwardBatch) {
        batch.messages += 1
        if let chunk = message.chunk { batch.acknowledge(self.bytes[chunk]) }
    }
}
