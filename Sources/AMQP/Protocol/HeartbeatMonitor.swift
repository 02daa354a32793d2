/// Decides when to send a heartbeat and when the peer counts as lost.
///
/// A heartbeat goes out when nothing was sent for half an interval (RabbitMQ's own habit); a peer from which nothing came for two
/// intervals is lost (AMQP 0-9-1, section 4.2.7).
struct HeartbeatMonitor {
    /// What has to be done now.
    enum Action: Equatable {
        case none
        case send
        case giveUp
    }

    let interval: Duration
    private var lastSent: ContinuousClock.Instant
    private var lastReceived: ContinuousClock.Instant

    /// `interval` is the negotiated one; zero means that there are no heartbeats.
    init(interval: Duration, now: ContinuousClock.Instant) {
        self.interval = interval
        self.lastSent = now
        self.lastReceived = now
    }

    mutating func sent(at now: ContinuousClock.Instant) { self.lastSent = now }

    mutating func received(at now: ContinuousClock.Instant) { self.lastReceived = now }

    func action(at now: ContinuousClock.Instant) -> Action {
        guard self.interval > .zero else { return .none }
        if now - self.lastReceived >= self.interval * 2 { return .giveUp }
        return now - self.lastSent >= self.interval / 2 ? .send : .none
    }

    /// When to look again at the latest.
    var deadline: ContinuousClock.Instant? {
        guard self.interval > .zero else { return nil }
        return min(self.lastSent + self.interval / 2, self.lastReceived + self.interval * 2)
    }

    /// When the peer counts as lost if nothing comes until then.
    var lossDeadline: ContinuousClock.Instant? {
        self.interval > .zero ? self.lastReceived + self.interval * 2 : nil
    }
}
