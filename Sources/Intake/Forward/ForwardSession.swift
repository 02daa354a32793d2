/// One connection of the Forward protocol: the handshake if there is one, then messages.
struct ForwardSession {
    private let configuration: ForwardSource.Configuration
    private let peer: String
    private let onSignIn: @Sendable (SignInVerdict) -> Void
    private var handshake: ForwardHandshake?
    /// The message that is too large to be held, while it comes.
    private var chunk: ForwardChunk?

    /// Draws the random bytes that the handshake needs.
    ///
    /// - Parameters:
    ///   - configuration: What is received, and from whom.
    ///   - peer: The peer's address.
    ///   - onSignIn: Called when the peer has tried to sign in, if it has to.
    init(
        _ configuration: ForwardSource.Configuration,
        peer: String,
        onSignIn: @escaping @Sendable (SignInVerdict) -> Void
    ) {
        self.configuration = configuration
        self.peer = peer
        self.onSignIn = onSignIn
        var random = SystemRandomNumberGenerator()
        func bytes() -> [UInt8] { (0..<16).map { _ in .random(in: 0...255, using: &random) } }
        self.handshake = configuration.admission.map { ForwardHandshake($0.security, nonce: bytes(), salt: bytes()) }
    }

    /// What to say before anything has come.
    var hello: [UInt8]? { self.handshake?.hello }

    /// Takes what has come; returns when its records are durable and what is over has been acknowledged.
    mutating func receive(
        _ pieces: [ForwardPiece],
        _ source: ForwardSource,
        _ sink: any RecordSink,
        _ write: ([UInt8]) async -> Void
    ) async throws -> ConnectionOutcome {
        for piece in pieces {
            let outcome: ConnectionOutcome
            if case .values(var values) = piece {
                guard try await self.shakeHands(&values, source, write) else { return .close }
                var decoder = ForwardDecoder(values, limits: self.configuration.entryLimits)
                outcome = try await self.deliver(source, sink, write) { () throws(ForwardMessage.Failure) in
                    try decoder.next()
                }
            } else {
                outcome = try await self.receivePart(piece, source, sink, write)
            }
            guard case .goOn = outcome else { return outcome }
        }
        return .goOn
    }

    /// Takes the answer of the peer off the values if a handshake is under way; whether the peer may go on.
    private mutating func shakeHands(
        _ values: inout [UInt8],
        _ source: ForwardSource,
        _ write: ([UInt8]) async -> Void
    ) async throws -> Bool {
        guard let handshake = self.handshake else { return true }
        var reader = MessagePackReader(values.span)
        guard (try? reader.skip()) != nil else { return false }  // only whole values come here
        let end = reader.position
        switch handshake.judge(values.span.extracting(0..<end)) {
        case .welcome(let pong):
            self.onSignIn(.accepted)
            await write(pong)
            self.handshake = nil
            values.removeSubrange(0..<end)
            return true
        case .refusal(let pong, let reason):
            self.onSignIn(.refused)
            source.report(.refusedPeer(reason), peer: self.peer)
            try? await Task.sleep(for: self.configuration.refusalDelay)  // a shorter wait does no harm
            await write(pong)
            return false
        }
    }

    /// Takes a part of a message that is too large to be held.
    private mutating func receivePart(
        _ piece: ForwardPiece,
        _ source: ForwardSource,
        _ sink: any RecordSink,
        _ write: ([UInt8]) async -> Void
    ) async throws -> ConnectionOutcome {
        if case .opening(let tag) = piece, self.handshake == nil {
            self.chunk = ForwardChunk(tag: tag, limits: self.configuration.entryLimits)
            return .goOn
        }
        // A message before the handshake is over is refused as any other would be.
        guard var chunk = self.chunk.take() else { return .close }
        defer { self.chunk = chunk.isOver ? nil : chunk }
        do throws(ForwardMessage.Failure) {
            try chunk.append(piece)
        } catch {
            source.report(ForwardTrouble(error), peer: self.peer)
            return .close
        }
        return try await self.deliver(source, sink, write) { () throws(ForwardMessage.Failure) in chunk.next() }
    }

    /// Delivers batch after batch, and writes the acknowledgements of each once it is durable.
    private func deliver(
        _ source: ForwardSource,
        _ sink: any RecordSink,
        _ write: ([UInt8]) async -> Void,
        _ next: () throws(ForwardMessage.Failure) -> ForwardBatch?
    ) async throws -> ConnectionOutcome {
        while true {
            let batch: ForwardBatch?
            do throws(ForwardMessage.Failure) {
                batch = try next()
            } catch {
                source.report(ForwardTrouble(error), peer: self.peer)
                return .close
            }
            guard let batch else { return .goOn }
            try await source.deliver(batch, from: self.peer, into: sink)
            if !batch.replies.isEmpty { await write(batch.replies) }
        }
    }
}
