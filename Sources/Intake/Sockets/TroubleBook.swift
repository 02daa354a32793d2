internal import Logging
internal import Synchronization

/// What goes wrong with senders, and is counted and told rather than thrown.
protocol SenderTrouble {
    /// Where it is counted.
    associatedtype Statistics: Sendable

    /// What the log says; one of few texts.
    var message: String { get }

    /// Who and why, where that helps.
    var detail: String? { get }

    /// Whether somebody was turned away because there is no room: a problem of ours, not of the sender.
    var isWantOfRoom: Bool { get }

    /// Adds it to its counter.
    func count(in statistics: inout Statistics)
}

/// The statistics of a source, and what its log has said of trouble.
///
/// Each kind of trouble is told when it happens first, and then at most once a minute, so that no sender can fill the log.
final class TroubleBook<Trouble: SenderTrouble>: Sendable {
    private struct State {
        var statistics: Trouble.Statistics
        var told: [String: (last: ContinuousClock.Instant, untold: Int)] = [:]
        var wantOfRoom: (last: ContinuousClock.Instant, message: String)?
    }

    private static var pause: Duration { .seconds(60) }

    private let state: Mutex<State>
    private let logger: Logger
    private let source: String

    /// - Parameters:
    ///   - statistics: All zero.
    ///   - source: The name of the source.
    ///   - logger: Is told of trouble.
    init(_ statistics: Trouble.Statistics, source: String, logger: Logger) {
        self.state = Mutex(State(statistics: statistics))
        self.source = source
        self.logger = logger
    }

    /// What was counted so far.
    var statistics: Trouble.Statistics { self.state.withLock { $0.statistics } }

    /// Why somebody was turned away within the last minute; `nil` if nobody was.
    var problem: String? {
        guard let (last, message) = self.state.withLock({ $0.wantOfRoom }), .now - last < Self.pause else { return nil }
        return "\(self.source): \(message)"
    }

    /// Counts what went well.
    func count(_ change: (inout Trouble.Statistics) -> Void) {
        self.state.withLock { change(&$0.statistics) }
    }

    /// Counts trouble, and tells the log unless it has just heard of it.
    ///
    /// - Parameters:
    ///   - trouble: What happened.
    ///   - peer: Whose doing it was.
    func report(_ trouble: Trouble, peer: String? = nil) {
        guard let untold = self.state.withLock({ self.note(trouble, in: &$0) }) else { return }
        var metadata: Logger.Metadata = ["source": "\(self.source)"]
        metadata["peer"] = peer.map { "\($0)" }
        metadata["reason"] = trouble.detail.map { "\($0)" }
        if untold > 0 { metadata["untold"] = "\(untold)" }
        self.logger.warning("\(trouble.message)", metadata: metadata)
    }

    /// How many times the log was spared since it was told last; `nil` to spare it again.
    private func note(_ trouble: Trouble, in state: inout State) -> Int? {
        trouble.count(in: &state.statistics)
        let now = ContinuousClock.now
        if trouble.isWantOfRoom { state.wantOfRoom = (now, trouble.message) }
        let told = state.told[trouble.message]
        if let told, now - told.last < Self.pause {
            state.told[trouble.message] = (told.last, told.untold + 1)
            return nil
        }
        state.told[trouble.message] = (now, 0)
        return told?.untold ?? 0
    }
}
