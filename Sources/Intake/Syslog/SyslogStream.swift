/// Turns the bytes of one syslog connection into batches.
struct SyslogStream: StreamReader {
    private let peer: SyslogJSON.Peer
    private var framing: SyslogFraming
    private var builder: SyslogBatchBuilder

    /// Reads from the start of a connection.
    ///
    /// - Parameters:
    ///   - peer: The name that stands for a host that a message does not give.
    ///   - configuration: The longest message, and the zone of times that name none.
    init(peer: String, configuration: SyslogSource.Configuration) {
        self.peer = SyslogJSON.Peer(peer)
        self.framing = SyslogFraming(limit: configuration.longestMessage, mode: configuration.framing)
        self.builder = SyslogBatchBuilder(configuration)
    }

    var isInsideMessage: Bool { self.framing.isInsideMessage }

    mutating func consume(_ bytes: Span<UInt8>) throws(SyslogFraming.Failure) {
        try self.framing.consume(bytes) { message, isCut in
            self.builder.append(message, from: self.peer, isCut: isCut)
        }
    }

    /// A message that broke off goes on its way as far as it came.
    mutating func finish() {
        self.framing.finish { message, isCut in
            self.builder.append(message, from: self.peer, isCut: isCut)
        }
    }

    mutating func take() -> RecordBatch? {
        self.builder.count > 0 ? self.builder.take() : nil
    }
}
