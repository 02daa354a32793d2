public import HAPI
public import JSONRPC

/// The conversation with the server apart from events: a value without clock and transport, told what happens.
///
/// After each connection: profiles, the settings of the monitoring server, the lastInfo of events; then it is established and events
/// may flow. A call that fails or is not answered leads back to the exchange of profiles, with growing pauses and for ever.
/// The server's own calls are answered at any time; when it calls exchangeProfile, it has been restarted, and the settings are asked for again.
public struct ArmSession {
    /// How patient it is.
    public struct Policy: Sendable, Hashable {
        /// How long the server may take to answer.
        public var replyTimeout: Duration = .seconds(60)
        /// How long to wait for the first exchange of profiles before it is tried again.
        public var initialPause: Duration = .seconds(2)
        /// The longest such wait.
        public var maximumPause: Duration = .seconds(60)

        /// The defaults.
        public init() {}
    }

    /// What its owner has to do.
    public enum Action: Sendable {
        /// Publish a message to the server.
        case send([UInt8], messageID: String)
        /// Events may flow from now on.
        case established
        /// Events must wait.
        case suspended
        /// The server's settings for this arm, new or again.
        case settings(MonitoringServerInfo)
        /// What the server remembers of the events sent before; `nil` for nothing.
        case lastEvent(String?)
        /// The server wants something that the arm offers; answer with ``ArmSession/answer(_:to:)``.
        case fetch(Procedure, JSONValue?, id: MessageID)
        /// The server has, or has not, taken note of how the arm is doing.
        case armInfoTaken(Bool)
        /// Something for the log.
        case note(Note)
    }

    /// Something for the log.
    public struct Note: Hashable, Sendable {
        /// How much attention it deserves.
        public enum Weight: Hashable, Sendable {
            case debug
            case info
            case warning
        }

        /// How much attention it deserves.
        public var weight: Weight
        /// What it says, without secrets.
        public var text: String
        /// The peer's own words, if there are any.
        public var reason: String?
    }

    enum Phase: Hashable {
        case offline
        case exchanging
        case askingSettings
        case askingLastInfo
        case established
    }

    enum Call {
        case exchangeProfile
        case settings
        case lastInfo
        case armInfo
    }

    /// Late answers to exchangeProfile count as well; the ids of so many attempts are remembered.
    static let rememberedExchanges = 32

    let profile: Profile
    let offered: Set<Procedure>
    let policy: Policy
    var phase = Phase.offline
    var calls = PendingCalls<Call, ContinuousClock.Instant>()
    var exchanges: [Int64] = []
    var failures = 0
    var retryAt: ContinuousClock.Instant?
    var actions: [Action] = []
    /// Whether events may flow; also while the settings are asked for again.
    public internal(set) var isEstablished = false
    /// What the server says about itself.
    public internal(set) var server: Profile?

    /// Prepares a session.
    ///
    /// - Parameters:
    ///   - name: what the server shows as the arm's name.
    ///   - offering: what the server may call besides exchangeProfile and updateMonitoringServerInfo.
    ///   - policy: how patient to be.
    public init(name: String, offering: [Procedure] = [], policy: Policy = Policy()) {
        self.profile = Profile(name: name, offering: [.exchangeProfile, .updateMonitoringServerInfo] + offering)
        self.offered = Set(offering)
        self.policy = policy
    }

    // MARK: What happens

    /// There is a connection.
    public mutating func connected(at now: ContinuousClock.Instant) -> [Action] {
        self.failures = 0
        self.exchange(now)
        return self.takeActions()
    }

    /// The connection is gone.
    public mutating func disconnected() -> [Action] {
        _ = self.calls.removeAll()
        self.phase = .offline
        self.retryAt = nil
        self.suspend()
        return self.takeActions()
    }

    /// The server does not do with events what it should, so it is asked whether it is there and knows us.
    public mutating func doubt(_ reason: String, at now: ContinuousClock.Instant) -> [Action] {
        guard self.phase != .offline else { return [] }
        if self.isEstablished || self.phase == .established {
            self.startAgain(reason, now)
        }
        return self.takeActions()
    }

    /// Time has passed.
    public mutating func tick(at now: ContinuousClock.Instant) -> [Action] {
        guard self.phase != .offline else { return [] }
        for call in self.calls.expire(at: now) where call != .exchangeProfile {
            if call == .armInfo { self.actions.append(.armInfoTaken(false)) }
            if self.phase != .exchanging { self.startAgain("the server does not answer", now) }
        }
        if let retryAt = self.retryAt, retryAt <= now { self.exchange(now) }
        return self.takeActions()
    }

    /// Tells the server how the arm is doing; does nothing unless the session is established.
    public mutating func report(_ info: ArmInfo, at now: ContinuousClock.Instant) -> [Action] {
        guard self.isEstablished, self.server?.offers(.putArmInfo) ?? true else { return [] }
        self.call(.armInfo, .putArmInfo, info.encoded(), now)
        return self.takeActions()
    }

    /// A message has come that is no answer to an event request.
    public mutating func received(_ message: Message, at now: ContinuousClock.Instant) -> [Action] {
        switch message {
        case .request(let call, let id): self.serve(call, id, now)
        case .notification(let call): self.serve(call, nil, now)
        case .result(let result, let id): self.resolve(id, .success(result), now)
        case .failure(let error, let id): self.resolve(id, .failure(error), now)
        case .malformed(let malformed):
            self.note(.warning, "the server sent a malformed message", malformed.error.description)
            if malformed.isAnswerable { self.send(Envelope.failure(malformed.error, id: malformed.id)) }
        }
        return self.takeActions()
    }

    /// The answer to what ``Action/fetch(_:_:id:)`` asked for.
    public static func answer(_ result: FetchResult, to id: MessageID) -> [UInt8] {
        Envelope.result(result, id: id)
    }

    // MARK: Steps

    mutating func startAgain(_ reason: String, _ now: ContinuousClock.Instant) {
        self.note(.warning, "the session with the server is interrupted", reason)
        self.suspend()
        self.phase = .exchanging
        // At once after things went well, else after the pause that the last exchange began.
        if self.failures == 0 { self.exchange(now) } else { self.retryAt = now + self.pause }
    }

    mutating func exchange(_ now: ContinuousClock.Instant) {
        self.phase = .exchanging
        self.retryAt = now + self.pause
        self.failures += 1
        if let id = self.call(.exchangeProfile, .exchangeProfile, self.profile.encoded(), now) {
            self.exchanges.append(id)
            if self.exchanges.count > Self.rememberedExchanges { self.exchanges.removeFirst() }
        }
    }

    mutating func askSettings(_ now: ContinuousClock.Instant) {
        self.phase = .askingSettings
        self.retryAt = nil
        self.call(.settings, .getMonitoringServerInfo, GetMonitoringServerInfo.params, now)
    }

    mutating func askLastInfo(_ now: ContinuousClock.Instant) {
        guard self.server?.offers(.getLastInfo) ?? true else { return self.establish() }
        self.phase = .askingLastInfo
        self.call(.lastInfo, .getLastInfo, LastInfo.params(.event), now)
    }

    mutating func establish() {
        self.phase = .established
        self.failures = 0
        guard !self.isEstablished else { return }
        self.isEstablished = true
        self.note(.info, "the session with the server is established", self.server.map { "server \($0.name)" })
        self.actions.append(.established)
    }

    private mutating func suspend() {
        if self.isEstablished { self.actions.append(.suspended) }
        self.isEstablished = false
    }

    private var pause: Duration {
        min(self.policy.initialPause * (1 << min(self.failures, 10)), self.policy.maximumPause)
    }

    // MARK: Tools

    @discardableResult
    private mutating func call(
        _ call: Call,
        _ procedure: Procedure,
        _ params: [UInt8],
        _ now: ContinuousClock.Instant
    ) -> Int64? {
        guard let id = self.calls.register(call, deadline: now + self.policy.replyTimeout, in: MessageIDs.session)
        else { return nil }
        let request = Envelope.request(method: procedure.rawValue, params: params, id: id)
        self.actions.append(.send(request, messageID: id.description))
        return id.integer
    }

    mutating func send(_ message: [UInt8]) {
        self.actions.append(.send(message, messageID: "reply"))
    }

    mutating func note(_ weight: Note.Weight, _ text: String, _ reason: String? = nil) {
        self.actions.append(.note(Note(weight: weight, text: text, reason: reason)))
    }

    private mutating func takeActions() -> [Action] {
        defer { self.actions = [] }
        return self.actions
    }
}
