internal import HAPI
internal import JSONRPC
internal import Logging

extension ArmRunner: ServerLink {
    /// Fetches under way at a time, as many as our server asks for; more are declined.
    private static let mostFetches = 64

    /// Calls a procedure of the server and waits for its answer.
    ///
    /// - Throws: ``CallError``.
    func call(_ procedure: Procedure, _ params: [UInt8]) async throws -> JSONValue {
        guard self.session.isEstablished, !Task.isCancelled else { throw CallError.notEstablished }
        return try await withCheckedThrowingContinuation { continuation in
            let call = PendingCall(procedure: procedure, continuation: continuation)
            let deadline = ContinuousClock.now + self.configuration.session.replyTimeout
            guard let id = self.calls.register(call, deadline: deadline, in: MessageIDs.calls) else {
                return continuation.resume(throwing: CallError.noAnswer(procedure))
            }
            let request = Envelope.request(method: procedure.rawValue, params: params, id: id)
            self.enqueue(request, messageID: id.description)
        }
    }

    /// Gives an answer to the call it belongs to; false if there is none.
    func resolve(_ id: MessageID, _ answer: Result<JSONValue, ErrorObject>) -> Bool {
        guard let call = self.calls.resolve(id) else { return false }
        call.continuation.resume(with: answer.mapError { CallError.refused(call.procedure, $0) })
        return true
    }

    /// Ends the calls that wait for too long, or all of them.
    func failCalls(_ calls: [PendingCall]) {
        for call in calls { call.continuation.resume(throwing: CallError.noAnswer(call.procedure)) }
    }

    /// Polls the arm, until the task is cancelled.
    func poll(_ arm: any Arm) async {
        var poller = Poller(arm, server: self)
        var greeting = 0
        while !Task.isCancelled {
            guard let settings = self.settings, self.session.isEstablished else {
                await self.waitForPoll()
                continue
            }
            var pause = settings.pollingIntervalSec
            do {
                if greeting != self.greetings {
                    greeting = self.greetings
                    poller.forget()
                    try await arm.configure(settings)
                }
                try await poller.poll()
                self.health.succeed(at: .now)
            } catch {
                greeting = 0
                pause = settings.retryIntervalSec
                self.health.fail("poll: \(error)", at: .now)
                self.logger.warning("a poll failed", metadata: ["reason": "\(error)"])
            }
            self.isReportDue = true
            let alarm = Task { [pollNow] in
                try await Task.sleep(for: .seconds(max(1, pause)))
                pollNow.send()
            }
            await self.waitForPoll()
            alarm.cancel()
        }
    }

    private func waitForPoll() async { for await _ in self.pollNow.stream { return } }

    /// Answers a fetch, and does what it asks for.
    func serve(_ procedure: Procedure, _ params: JSONValue?, _ id: MessageID) {
        guard let arm = self.arm else { return }
        let fetch: Fetcher.Fetch
        do {
            guard let decoded = try Fetcher.decode(procedure, params) else { return }
            fetch = decoded
        } catch {
            return self.enqueue(Envelope.failure(error.errorObject, id: id), messageID: "reply")
        }
        guard self.fetches.count < Self.mostFetches else {
            return self.enqueue(ArmSession.answer(.abbreviated, to: id), messageID: "reply")
        }
        self.enqueue(ArmSession.answer(.success, to: id), messageID: "reply")
        self.lastFetch += 1
        let number = self.lastFetch
        self.fetches[number] = Task {
            await self.perform(fetch, procedure, of: arm)
            self.fetches[number] = nil
        }
    }

    private func perform(_ fetch: Fetcher.Fetch, _ procedure: Procedure, of arm: any Arm) async {
        do {
            try await Fetcher(arm: arm, server: self).perform(fetch)
        } catch {
            guard !Task.isCancelled else { return }
            self.health.fail("\(procedure): \(error)", at: .now)
            self.logger.warning("a fetch failed", metadata: ["procedure": "\(procedure)", "reason": "\(error)"])
        }
    }

    /// Ends the fetches under way: with the connection, whoever asked has given them up.
    func endFetches() { for fetch in self.fetches.values { fetch.cancel() } }
}

/// A call somebody waits for.
struct PendingCall {
    let procedure: Procedure
    let continuation: CheckedContinuation<JSONValue, any Error>
}
