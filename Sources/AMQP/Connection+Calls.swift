/// Requests and their answers.
extension Connection {
    /// Sends a request on a channel and waits for its answer.
    ///
    /// A task that is cancelled stops waiting at once; the answer still comes, in its turn, to nobody.
    func call(
        on channel: ChannelState,
        _ stage: AMQPError.Stage,
        isDeclaring: Bool = false,
        _ send: @escaping (Transport) throws(AMQPError) -> Void
    ) async throws(AMQPError) -> Method {
        // It may have ended after the answer to an earlier request, before whoever waited for that could go on.
        guard !channel.isEnded else { throw channel.status.failure(stage) }
        let answer = await FirstResult.of { answer in
            let deadline = ContinuousClock.now + self.configuration.requestTimeout
            channel.calls.append(
                ChannelState.Call(stage: stage, deadline: deadline, isDeclaring: isDeclaring, answer: answer)
            )
            self.earliestCallDeadline = self.earliestCallDeadline ?? deadline
            self.outbox.add(Outbox.Request(channel: channel, stage: stage, send: send))
            self.attempt { () throws(AMQPError) in try self.flush() }
        } onCancel: {
            .failure(.cancelled(stage))
        }
        return try answer.get()
    }

    /// Asks the broker to close a channel that has ended for its users.
    func farewell(_ channel: ChannelState) async {
        guard self.channels[channel.number] === channel else { return }
        channel.isClosing = true
        let number = channel.number
        _ = await FirstResult.of { answer in
            let deadline = ContinuousClock.now + self.configuration.requestTimeout
            channel.calls = [ChannelState.Call(stage: .channel, deadline: deadline, answer: answer)]
            self.earliestCallDeadline = self.earliestCallDeadline ?? deadline
            self.outbox.add(
                Outbox.Request(channel: channel, stage: .channel) { (transport) throws(AMQPError) in
                    try transport.sendChannelClose(number)
                }
            )
            self.attempt { () throws(AMQPError) in try self.flush() }
        } onCancel: {
            .failure(.cancelled(.channel))
        }
    }

    /// Hands an answer to whoever waits for it.
    func answer(_ method: Method, on channel: ChannelState) throws(AMQPError) {
        guard !channel.calls.isEmpty else { throw self.violation("\(method) answers nothing") }
        channel.calls.removeFirst().answer.set(.success(method))
    }

    /// When to look for requests without an answer; `nil` while a blocked broker cannot answer.
    var nextCallDeadline: ContinuousClock.Instant? { self.blockedReason == nil ? self.earliestCallDeadline : nil }

    /// Gives up channels whose requests got no answer; the broker must answer each in the end, so they cannot be used on.
    func expireCalls() {
        guard let deadline = self.nextCallDeadline, deadline <= .now else { return }
        for channel in self.channels.values {
            guard let call = channel.calls.first, call.deadline <= .now else { continue }
            let reason = "the broker did not answer within \(self.configuration.requestTimeout)"
            let error = AMQPError(code: .timeout, stage: call.stage, reason: reason, address: self.address)
            guard !channel.isClosing else { return self.finish(error) }
            self.outbox.fail(error, channel: channel, inOrder: true)
            channel.end(error, isFailure: true)
            Task { await self.farewell(channel) }
        }
        // Not kept up to date with each answer: with two thousand channels looking at all of them is dear.
        self.earliestCallDeadline = self.channels.values.lazy.compactMap { $0.calls.first?.deadline }.min()
    }

    /// A blocked broker reads nothing, so it could not answer.
    func postponeCalls() {
        let deadline = ContinuousClock.now + self.configuration.requestTimeout
        for channel in self.channels.values {
            for index in channel.calls.indices { channel.calls[index].deadline = deadline }
        }
        self.earliestCallDeadline = self.earliestCallDeadline.map { _ in deadline }
    }
}
