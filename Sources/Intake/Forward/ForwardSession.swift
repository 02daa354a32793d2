/// One connection of the Forward protocol: the handshake if there is one, then messages.
struct ForwardSession {
    private let configuration: ForwardSource.Configuration
    private let peer: String
    private var handshake: ForwardHandshake?

    /// Draws the random bytes that the handshake needs.
    init(_ configuration: ForwardSource.Configuration, peer: String) {
        self.configuration = configuration
        self.peer = peer
        var random = SystemRandomNumberGenerator()
        func bytes() -> [UInt8] { (0..<16).map { _ in .random(in: 0...255, using: &random) } }
        self.handshake = configuration.admission.map { ForwardHandshake($0.security, nonce: bytes(), salt: bytes()) }
    }

    /// What to say before anything has come.
    var hello: [UInt8]? { self.handshake?.hello }

    /// Takes whole MessagePack values; returns when their records are durable and have been acknowledged.
    mutating func receive(
        _ values: [UInt8],
        _ source: ForwardSource,
        _ sink: any RecordSink,
        _ write: ([UInt8]) async -> Void
    ) async throws -> ConnectionOutcome {
        var values = values
        if let handshake = self.handshake {
            var reader = MessagePackReader(values.span)
            guard (try? reader.skip()) != nil else { return .close }
            let end = reader.position
            switch handshake.judge(values.span.extracting(0..<end)) {
            case .welcome(let pong):
                await write(pong)
                self.handshake = nil
                values.removeSubrange(0..<end)
            case .refusal(let pong, let reason):
                source.report(.refusedPeer(reason), peer: self.peer)
                try? await Task.sleep(for: self.configuration.refusalDelay)
                await write(pong)
                return .close
            }
        }
        var decoder = ForwardDecoder(
            values,
            decompressedLimit: self.configuration.largestDecompressed,
            entryLimit: self.configuration.largestMessage
        )
        while true {
            let batch: ForwardBatch?
            do throws(ForwardMessage.Failure) {
                batch = try decoder.next()
            } catch {
                source.report(error == .unknownCompression ? .unknownCompression : .otherProtocol, peer: self.peer)
                return .close
            }
            guard let batch else { return .goOn }
            try await source.deliver(batch, from: self.peer, into: sink)
            if !batch.replies.isEmpty { await write(batch.replies) }
        }
    }
}
