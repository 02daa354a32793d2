internal import Synchronization

/// What a connection knows about one of its channels; lives on the connection's thread.
final class ChannelState {
    /// A request that waits for the broker's answer; answers come in the order of requests.
    struct Call {
        var stage: AMQPError.Stage
        var deadline: ContinuousClock.Instant
        /// Whether it makes a queue, for which some brokers end the connection.
        var isDeclaring = false
        let answer: FirstResult<Result<Method, AMQPError>>
    }

    let number: UInt16
    /// Tells this channel from later ones with the same number.
    let serial: UInt64
    let hasConfirms: Bool
    let status: ChannelStatus
    let events: AsyncThrowingStream<ChannelEvent, any Error>.Continuation
    var assembler: ContentAssembler
    /// The queue of each consumer tag.
    var consumers: [String: String] = [:]
    var calls: [Call] = []
    /// Set when we have asked the broker to close it: nothing else counts then (AMQP 0-9-1, section 2.2.5).
    var isClosing = false
    private(set) var isEnded = false
    private var lastTag: UInt64 = 0

    init(
        number: UInt16,
        serial: UInt64,
        hasConfirms: Bool,
        status: ChannelStatus,
        events: AsyncThrowingStream<ChannelEvent, any Error>.Continuation,
        maximumBodySize: Int
    ) {
        self.number = number
        self.serial = serial
        self.hasConfirms = hasConfirms
        self.status = status
        self.events = events
        self.assembler = ContentAssembler(maximumBodySize: maximumBodySize)
    }

    /// The tag the broker will confirm the next message with; 0 without confirms.
    func nextTag() -> UInt64 {
        guard self.hasConfirms else { return 0 }
        self.lastTag += 1
        return self.lastTag
    }

    /// Ends the channel for its users, and the waiting for answers; the broker's part is the connection's business.
    func end(_ error: AMQPError, isFailure: Bool) {
        if !self.isEnded {
            self.isEnded = true
            self.status.end(error)
            self.events.finish(throwing: isFailure ? error : nil)
        }
        let calls = self.calls
        self.calls = []
        for call in calls {
            var error = error
            if error.code != .connectionClosed { error.stage = call.stage }
            call.answer.set(.failure(error))
        }
    }
}

/// Why a channel has ended, for those who still hold it.
final class ChannelStatus: Sendable {
    private let error = Mutex<AMQPError?>(nil)

    func end(_ error: AMQPError) { self.error.withLock { $0 = $0 ?? error } }

    /// The reason, told as a failure of what is being done now.
    func failure(_ stage: AMQPError.Stage) -> AMQPError {
        var error =
            self.error.withLock { $0 } ?? AMQPError(code: .channelClosed, stage: stage, reason: "the channel is closed")
        error.stage = stage
        return error
    }
}
