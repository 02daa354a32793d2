/// Receives syslog datagrams, many to a batch.
struct SyslogDatagrams {
    /// The most datagrams, and the most bytes of records, that one batch takes.
    private static let mostDatagrams = 1000
    private static let mostBytes = 1 << 20
    /// How many senders' names are kept ready.
    private static let mostPeers = 1024

    private let configuration: SyslogSource.Configuration
    private let source: SyslogSource

    init(_ configuration: SyslogSource.Configuration, _ source: SyslogSource) {
        self.configuration = configuration
        self.source = source
    }

    func run(into sink: any RecordSink, started: () -> Void) async throws {
        let socket = try DatagramSocket(self.configuration.endpoint)
        self.configuration.listening(socket.boundEndpoint)
        started()
        // The loop must be able to deliver what it has taken after the cancellation that ends it.
        let work = Task { try await self.receive(from: socket, into: sink) }
        try await withTaskCancellationHandler {
            try await work.value
        } onCancel: {
            socket.stop()
        }
    }

    private func receive(from socket: DatagramSocket, into sink: any RecordSink) async throws {
        var reader = Reader(builder: SyslogBatchBuilder(self.configuration))
        var buffer = [UInt8](repeating: 0, count: max(1, self.configuration.longestMessage))
        var droppedBefore = socket.dropped
        while await socket.waitUntilReadable() {
            let batch = reader.batch(from: socket, through: &buffer)
            let dropped = socket.dropped
            if dropped != droppedBefore {
                self.source.reportDropped(UInt64(dropped &- droppedBefore))
                droppedBefore = dropped
            }
            if !batch.records.isEmpty { try await self.source.deliver(batch, into: sink) }
        }
    }

    /// Makes batches of datagrams, and remembers their senders.
    private struct Reader {
        var builder: SyslogBatchBuilder
        var peers: [SenderAddress: SyslogJSON.Peer] = [:]

        /// Takes the datagrams that are there.
        mutating func batch(from socket: DatagramSocket, through buffer: inout [UInt8]) -> RecordBatch {
            for _ in 0..<SyslogDatagrams.mostDatagrams where self.builder.size < SyslogDatagrams.mostBytes {
                let received = buffer.withUnsafeMutableBytes { socket.receive(into: $0) }
                guard case .datagram(let length, let isCut, let sender) = received else { break }
                let peer = self.peer(sender.machine)
                let message = buffer.span.extracting(0..<length).trimmed
                if !message.isEmpty { self.builder.append(message, from: peer, isCut: isCut) }
            }
            return self.builder.take()
        }

        private mutating func peer(_ sender: SenderAddress) -> SyslogJSON.Peer {
            if let known = self.peers[sender] { return known }
            if self.peers.count >= SyslogDatagrams.mostPeers { self.peers.removeAll() }
            let peer = SyslogJSON.Peer(sender.text)
            self.peers[sender] = peer
            return peer
        }
    }
}

extension Span<UInt8> {
    /// Without the line ends and NULs that some senders put after a message.
    fileprivate var trimmed: Span<UInt8> {
        @_lifetime(copy self) get {
            var end = self.count
            while end > 0, self[end - 1] == 0x0A || self[end - 1] == 0x0D || self[end - 1] == 0x00 { end -= 1 }
            return self.extracting(0..<end)
        }
    }
}
