internal import AMQP
internal import Glibc
internal import Logging
internal import Store

/// Performs the actions of one session, on the channel it has at the moment.
struct ArmShell {
    private let runner: ArmRunner
    private var queues: ArmChannel.Opened?
    private var lastMessageID: UInt64 = 0
    /// The newest tag to acknowledge; one frame settles all before it.
    private var tagToAcknowledge: UInt64?
    private var timer: (deadline: Duration, task: Task<Void, Never>)?
    private(set) var isStopping = false
    /// Deliveries that are not read yet, because too much that was read is not stored; at most as many as the prefetch.
    private var unread: [Delivery] = []

    /// Bytes of messages that may be under way to the store before the next one is read.
    ///
    /// What is made of a message takes several times its bytes, and an arm may have 32 messages of many MiB on their way.
    private static let mostBytes = 16 << 20

    private static let start = ContinuousClock.now

    init(runner: ArmRunner) { self.runner = runner }

    /// The time, for a session.
    static var now: Moment {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let wall = Timestamp(clampingSeconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
        return Moment(monotonic: .now - Self.start, wall: wall)
    }

    /// Takes one input in and does what the session makes of it.
    mutating func take(_ input: ArmRunner.Input, _ session: inout ArmSession) async {
        switch input {
        case .stop: self.isStopping = true
        case .session(let event): await self.handle(event, &session)
        case .channel(.opened(let queues)):
            self.queues = queues
            await self.handle(.connected(exchange: queues.route.exchange), &session)
        case .channel(.closed(let reason)):
            self.queues = nil
            self.tagToAcknowledge = nil
            self.unread = []
            await self.handle(.disconnected(reason), &session)
        case .channel(.consumers(let count)): await self.handle(.consumers(count), &session)
        case .channel(.delivery(let delivery)): self.unread.append(delivery)
        }
        await self.read(&session)
    }

    /// Reads what has been delivered, in order, as long as not too much of it is under way to the store.
    private mutating func read(_ session: inout ArmSession) async {
        // What is not taken in now goes back to the queue with the channel.
        if self.isStopping { self.unread = [] }
        while let delivery = self.unread.first, session.bytesUnderWay <= Self.mostBytes {
            self.unread.removeFirst()
            await self.handle(self.event(delivery), &session)
        }
    }

    private func event(_ delivery: Delivery) -> SessionEvent {
        if let doubt = self.queues?.identity.doubt(aboutMessageOf: delivery.userID) {
            return .receivedForeign(reason: doubt, tag: delivery.tag)
        }
        if delivery.isOversized { return .receivedOversized(size: delivery.size, tag: delivery.tag) }
        return .received(body: delivery.body, tag: delivery.tag)
    }

    private mutating func handle(_ event: SessionEvent, _ session: inout ArmSession) async {
        for action in session.handle(event, at: Self.now) { await self.perform(action) }
    }

    private mutating func perform(_ action: SessionAction) async {
        let store = self.runner.store
        let inbox = self.runner.inbox
        let server = self.runner.server.id
        switch action {
        case .send(let body): await self.send(body)
        case .acknowledge(let tag): self.tagToAcknowledge = tag
        case .store(let batch, let token): store.submit(batch) { inbox.put(.session(.stored(token, $0))) }
        case .note(let batch): self.note(batch)
        case .readLastInfo(let element, let token):
            Task {
                let result = await StoreError.result { try await store.lastInfo(element, server: server) }
                inbox.put(.session(.lastInfo(token, result)))
            }
        case .countMissing(let gap):
            Task {
                let count = try? await store.missing(gap.numbers, prefix: gap.prefix, server: server)
                inbox.put(.session(.missing(count, gap)))
            }
        case .finishFetch(let id, let outcome): self.runner.finishFetch(id, outcome)
        case .log(let log): self.runner.logger.log(log)
        }
    }

    private mutating func send(_ body: [UInt8]) async {
        guard let queues = self.queues else { return }
        self.lastMessageID += 1
        do {
            _ = try await queues.channel.publish(body, by: queues.route, messageID: "\(self.lastMessageID)")
        } catch {
            // The channel's end is reported by its events; without an answer the arm sends again.
            self.runner.logger.debug("cannot answer", metadata: ["reason": "\(error)"])
        }
    }

    /// Acknowledges what the last inputs have settled.
    mutating func acknowledge() async {
        guard let tag = self.tagToAcknowledge, let channel = self.queues?.channel else { return }
        self.tagToAcknowledge = nil
        do {
            try await channel.acknowledge(tag, multiple: true)
        } catch {
            self.runner.logger.debug("cannot acknowledge", metadata: ["reason": "\(error)"])
        }
    }

    private func note(_ batch: Batch) {
        let logger = self.runner.logger
        self.runner.store.submit(batch) { result in
            if case .failure(let error) = result {
                logger.warning("cannot record the state of an arm", metadata: ["reason": "\(error)"])
            }
        }
    }

    /// Makes sure that a tick comes at the deadline; one that comes too early is harmless.
    mutating func setTimer(_ deadline: Duration?) {
        guard let deadline else { return }
        let now = Self.now.monotonic
        if let timer = self.timer, timer.deadline <= deadline, timer.deadline > now { return }
        self.timer?.task.cancel()
        let inbox = self.runner.inbox
        let task = Task {
            do {
                try await Task.sleep(for: max(deadline - now, .milliseconds(10)))
                inbox.put(.session(.tick))
            } catch {
                return  // a newer timer has taken over
            }
        }
        self.timer = (deadline, task)
    }

    /// Ends the timer, and gives what is not acknowledged back to the broker.
    mutating func close() async {
        self.timer?.task.cancel()
        await self.queues?.channel.close()
        self.queues = nil
    }
}

extension Logger {
    fileprivate func log(_ log: SessionLog) {
        let level: Level =
            switch log.level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            }
        let metadata = log.reason.map { ["reason": MetadataValue.string(String($0.prefix(1000)))] }
        self.log(level: level, "\(log.message)", metadata: metadata)
    }
}

extension StoreError {
    /// What the store gave, or why not.
    fileprivate static func result<T: Sendable>(_ body: () async throws -> T) async -> Result<T, StoreError> {
        do {
            return .success(try await body())
        } catch let error as StoreError {
            return .failure(error)
        } catch {
            return .failure(StoreError(.unavailable, stage: "read", reason: "\(error)"))
        }
    }
}
