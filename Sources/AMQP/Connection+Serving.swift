internal import Logging

/// What the connection does on its thread between the calls of others.
extension Connection: EventSource {
    nonisolated func interest() -> Interest { self.assumeIsolated { $0.currentInterest } }

    nonisolated func ready(readable: Bool) { self.assumeIsolated { $0.serve(readable: readable) } }

    private var currentInterest: Interest {
        guard let transport else { return Interest() }
        var interest = Interest(descriptor: transport.descriptor)
        if self.hasMoreInput {
            interest.timeout = 0
            return interest
        }
        let now = ContinuousClock.now
        var isHeartbeatDue = false
        if case .send = self.heartbeats.action(at: now) { isHeartbeatDue = true }
        interest.wantsWrite = isHeartbeatDue || self.outbox.hasWork(isBlocked: self.blockedReason != nil)

        let heartbeat = isHeartbeatDue ? self.heartbeats.lossDeadline : self.heartbeats.deadline
        if let deadline = [heartbeat, self.closeDeadline, self.nextCallDeadline].compactMap({ $0 }).min() {
            let (seconds, attoseconds) = max(.zero, deadline - now).components
            interest.timeout = CInt(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
        }
        return interest
    }

    private func serve(readable: Bool) {
        guard self.transport != nil else { return }
        self.attempt { () throws(AMQPError) in
            if readable || self.hasMoreInput {
                self.heartbeats.received(at: .now)
                try self.receive()
            }
            try self.flush()
            try self.keepAlive()
            self.expireCalls()
        }
    }

    /// Handles the frames that are there; leaves some for the next round rather than let calls wait for long.
    private func receive() throws(AMQPError) {
        guard let transport = self.transport else { return }
        for _ in 0..<256 {
            guard let (number, frame) = try transport.nextFrame() else {
                self.hasMoreInput = false
                return
            }
            defer { transport.release(number) }
            switch frame {
            case .heartbeat: break
            case .method(let method) where number == 0: try self.handle(method)
            case .method(let method): try self.handle(method, on: number)
            case .header(let size, let properties):
                try self.handleContent(on: number) { (assembler) throws(ContentAssembler.UnexpectedFrame) in
                    try assembler.header(size: size, properties: properties)
                }
            case .body(let bytes):
                try self.handleContent(on: number) { (assembler) throws(ContentAssembler.UnexpectedFrame) in
                    try assembler.body(bytes)
                }
            }
            guard self.transport != nil else { return }
        }
        self.hasMoreInput = true
    }

    private func keepAlive() throws(AMQPError) {
        guard let transport = self.transport else { return }
        let now = ContinuousClock.now
        if let closeDeadline, closeDeadline <= now { return self.finish(nil) }
        switch self.heartbeats.action(at: now) {
        case .none: return
        case .send:
            guard transport.isWritable else { return }
            try transport.sendHeartbeat()
            self.heartbeats.sent(at: now)
        case .giveUp:
            throw AMQPError(
                code: .connectionClosed,
                stage: .receive,
                reason: "no sign of life from the broker for \(self.heartbeats.interval * 2)",
                address: self.address
            )
        }
    }

    /// Handles a method of the connection itself.
    private func handle(_ method: Method) throws(AMQPError) {
        switch method {
        case .connectionClose(let code, let reason, let request):
            try? self.transport?.sendConnectionCloseOK()
            self.blame(request, code: code, reason: reason)
            throw AMQPError(
                replyCode: code,
                reason: reason,
                stage: .receive,
                closes: .connectionClosed,
                address: self.address
            )
        case .connectionCloseOK:
            self.finish(nil)
        case .connectionBlocked(let reason):
            self.logger.debug("the broker takes no messages", metadata: ["reason": "\(reason.singleLine)"])
            self.blockedReason = reason
            // A broker that is short of memory may stop reading, which the kernel must not take for its end.
            self.transport?.setUserTimeout(nil)
            for channel in self.channels.values { channel.events.yield(.blocked(reason: reason)) }
        case .connectionUnblocked:
            self.logger.debug("the broker takes messages again")
            self.blockedReason = nil
            self.transport?.setUserTimeout(self.heartbeats.interval * 2)
            self.postponeCalls()
            for channel in self.channels.values { channel.events.yield(.unblocked) }
        default:
            throw self.violation("unexpected \(method) on channel 0")
        }
    }

    /// Tells whoever made the request because of which the broker ends the connection; to all others it is just lost.
    private func blame(_ request: UInt32, code: UInt16, reason: String) {
        guard let stage = AMQPError.Stage(request: request) else { return }
        let suspects = self.channels.values.filter { channel in
            guard let call = channel.calls.first, call.stage == stage, !channel.isClosing else { return false }
            // A question after a queue ends no connection, and of those that declare one there is one at a time.
            return stage != .declare || call.isDeclaring
        }
        // Channels are opened in the order of the requests, so the oldest one is what the broker speaks of.
        let oldest = suspects.min { $0.serial < $1.serial }
        guard let channel = stage == .channel || suspects.count == 1 ? oldest : nil else { return }
        var error = AMQPError(
            replyCode: code,
            reason: reason,
            stage: stage,
            closes: .refused,
            address: self.address
        )
        error.endedConnection = true
        channel.calls.removeFirst().answer.set(.failure(error))
    }

    func violation(_ reason: String) -> AMQPError {
        AMQPError(code: .protocolViolation, stage: .receive, reason: reason, address: self.address)
    }
}

extension AMQPError.Stage {
    /// What a request of this class and method (AMQP 0-9-1, section 1.3) is part of; `nil` for those nobody waits for.
    fileprivate init?(request: UInt32) {
        switch request {
        case 20 << 16 | 10: self = .channel
        case 40 << 16 | 10, 50 << 16 | 10, 50 << 16 | 20: self = .declare
        case 60 << 16 | 10, 60 << 16 | 20: self = .consume
        default: return nil
        }
    }
}
