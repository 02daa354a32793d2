internal import HAPI
internal import JSONRPC
internal import Store

/// The server's side of HAPI 2.1 towards one arm, as a value: events in, actions out.
///
/// No clock, no broker, no store: a shell brings the events and does what comes back, in order. A put is committed before it is
/// answered, and answered before it is acknowledged. When the store fails, the answer is FAILURE and the delivery stays
/// unacknowledged until a later attempt has stored it; the prefetch then keeps the arm from running hot.
struct ArmSession {
    /// What the arm is told, and where it belongs.
    private(set) var server: MonitoringServer
    var isConnected = false
    /// Whether profiles have been exchanged on this connection.
    var isEstablished = false
    /// The exchange that answers go to, empty for the default one; `nil` before the first connection.
    private var exchange: String?
    /// Who the arm says it is.
    var peer: Profile?

    var acknowledgements = Acknowledgements()
    var calls = PendingCalls<OutgoingCall, Duration>(capacity: 128)
    var fetches = PendingFetches()
    var divided = DividedPuts()
    var operations = StoreOperations()
    /// Why the store failed last; nil when it has succeeded since.
    var storeFailure: String?
    /// When something of the arm was stored last.
    var lastStored = Duration.zero
    var gaps = GapWatch()
    var progress = ProgressWatch()
    var liveness: Liveness
    var monitor: SelfMonitor
    /// What the arm asked for before profiles were exchanged, and until when it waits for them.
    ///
    /// When this server was restarted, calls wait in the queue before the arm's profile. The original arms lose an event
    /// that is answered FAILURE, and pause for 10 s.
    var early: (calls: [EarlyCall], until: Duration) = ([], .zero)
    /// When the connection counts as broken; a short interruption does not.
    var brokerAlarm: (at: Duration, reason: String)?
    /// When problems that consist of what has come end, unless more of it comes.
    var calms: [SelfMonitor.Condition: Duration] = [:]
    /// When the arm may be asked again to compare its numbers with ours.
    var nextComparison: Duration?
    /// Reads for getLastInfo that are under way: whom to answer.
    var lastInfoReads: [StoreToken: (id: MessageID?, replyBy: Duration, tag: UInt64)] = [:]
    /// How often in a row another consumer of the queue was seen.
    var looksAtOthers = 0
    var notesLogged = 0
    var actions: [SessionAction] = []

    /// A call of ours that awaits its answer.
    enum OutgoingCall: Sendable {
        case exchangeProfile
        case fetch(id: String)
    }

    /// A call that came before profiles were exchanged; the prefetch bounds how many there are.
    struct EarlyCall: Sendable {
        var call: Message.Call
        var id: MessageID?
        var delivered: Delivered
    }

    static let earlyPatience = Duration.seconds(3)
    static let brokerPatience = Duration.seconds(10)
    static let callPatience = Duration.seconds(60)
    /// The original arms wait 30 s, and an answer that comes later keeps confusing them until they are restarted.
    static let replyPatience = Duration.seconds(25)
    static let calmAfter = Duration.seconds(600)
    static let comparisonInterval = Duration.seconds(20)
    /// How long a message may wait for the store before that is a problem.
    static let storePatience = Duration.seconds(5)

    /// Starts without a connection, from what the process before this one said about the arm.
    ///
    /// `hasReported` says whether the arm has ever sent arm info.
    init(server: MonitoringServer, ownTriggers: [Store.Trigger] = [], hasReported: Bool = false) {
        self.server = server
        self.liveness = Liveness(pollingInterval: server.settings.pollingInterval, hasReported: hasReported)
        self.monitor = SelfMonitor(server: server.id, stored: ownTriggers)
    }

    /// Whether nothing is on its way to the store, so that the session may end without work being repeated.
    var isIdle: Bool { self.operations.isIdle }

    /// The bytes of the arm's messages that have been read and are not stored.
    var bytesUnderWay: Int { self.operations.bytes }

    /// Takes one event in and says what to do.
    mutating func handle(_ event: SessionEvent, at now: Moment) -> [SessionAction] {
        switch event {
        case .connected(let exchange):
            self.exchange = exchange
            self.connected(now)
        case .disconnected(let reason): self.disconnected(reason, now)
        case .consumers(let count): self.consumers(count, now)
        case .received(let body, let tag):
            self.acknowledgements.receive(tag)
            self.received(body, tag, now)
        case .receivedOversized(let size, let tag):
            self.acknowledgements.receive(tag)
            self.receivedOversized(size, tag, now)
        case .receivedForeign(let reason, let tag):
            self.acknowledgements.receive(tag)
            self.receivedForeign(reason, tag, now)
        case .stored(let token, let result): self.stored(token, result, now)
        case .lastInfo(let token, let result): self.readLastInfo(token, result, now)
        case .missing(let count, let gap): self.counted(gap, missing: count, now)
        case .fetch(let request): self.fetch(request, now)
        case .settingsChanged(let server): self.settingsChanged(server)
        case .tick: self.tick(now)
        }
        if let tag = self.acknowledgements.take() { self.actions.append(.acknowledge(tag)) }
        defer { self.actions.removeAll(keepingCapacity: true) }
        return self.actions
    }

    private mutating func connected(_ now: Moment) {
        self.isConnected = true
        self.early = ([], now.monotonic + Self.earlyPatience)
        self.brokerAlarm = nil
        self.note(self.monitor.clear(.broker, at: now.wall))
        // Nothing waits on a new connection, and whether the arm still repeats itself is seen anew.
        for condition in [SelfMonitor.Condition.store, .progress] {
            self.note(self.monitor.clear(condition, at: now.wall))
        }
        if self.gaps.isEmpty { self.note(self.monitor.clear(.sequence, at: now.wall)) }
        for condition in [SelfMonitor.Condition.messages, .ids, .sender] {
            guard self.monitor.isProblem(condition), self.calms[condition] == nil else { continue }
            self.calms[condition] = now.monotonic + Self.calmAfter
        }
        self.noteLink(.waiting, now)
        self.liveness.start(now.monotonic)
        self.exchangeProfiles(now)
    }

    mutating func exchangeProfiles(_ now: Moment) {
        if let id = self.calls.register(.exchangeProfile, deadline: now.monotonic + Liveness.answerPatience) {
            self.actions.append(.send(Self.profile.request(id: id)))
        }
    }

    private mutating func disconnected(_ reason: String, _ now: Moment) {
        self.isConnected = false
        self.isEstablished = false
        self.early.calls = []
        self.acknowledgements.reset()
        self.operations.reset()
        self.lastInfoReads = [:]
        _ = self.calls.removeAll()
        self.finish(self.fetches.failAll("the connection to the broker broke"))
        self.liveness.suspend()
        if self.brokerAlarm == nil { self.brokerAlarm = (now.monotonic + Self.brokerPatience, reason) }
        self.noteLink(.disconnected, now, detail: reason)
    }

    private mutating func settingsChanged(_ server: MonitoringServer) {
        let (old, new) = (MonitoringServerInfo(self.server), MonitoringServerInfo(server))
        self.server = server
        self.liveness.pollingIntervalChanged(server.settings.pollingInterval)
        guard old != new, self.isConnected else { return }
        let method = Procedure.updateMonitoringServerInfo.rawValue
        self.actions.append(.send(Envelope.notification(method: method, params: new.encoded())))
    }

    /// What we are and offer.
    static let profile = Profile(name: "hatohol", offering: Procedure.offeredByServer)

    mutating func note(_ batches: [Batch]) { for batch in batches { self.actions.append(.note(batch)) } }

    mutating func noteLink(_ state: ArmLink.State, _ now: Moment, detail: String = "") {
        let link = ArmLink(
            state: state,
            since: now.wall,
            peer: self.peer?.name ?? "",
            procedures: self.peer?.procedures ?? [],
            detail: detail,
            exchange: self.exchange
        )
        self.actions.append(.note(Batch(server: self.server.id, change: .link(link))))
    }

    mutating func log(_ level: SessionLog.Level, _ message: String, _ reason: String? = nil) {
        self.actions.append(.log(SessionLog(level: level, message: message, reason: reason)))
    }

    mutating func finish(_ fetches: [(FetchRequest.ID, FetchOutcome)]) {
        for (id, outcome) in fetches { self.actions.append(.finishFetch(id, outcome)) }
    }
}
