/// Which connections nobody has signed in on yet, and which of them is served, waits, or gives way.
///
/// Somebody who opens a thousand connections and says nothing must not keep others out, from the same address or from another one.
/// A thousand live pages behind one address are no such crowd, although they all come back in the moment in which a server
/// starts. So of each network a bounded number of newcomers is served at a time, and others wait for their turn. Once a
/// request shows who it is, its connection is no newcomer any more, and the next one is served. Newcomers that had their time give way:
///
///     64 served, silent      the oldest is closed after the grace period, and the first that waits is served
///     64 served, signing in  each makes room by signing in
///     no descriptor left     the oldest newcomer of all networks is closed
///
/// A pure value that knows no sockets: connections are ids, times go in, and actions come out.
struct Newcomers<ID: Hashable & Sendable>: Sendable {
    /// How many connections there may be.
    struct Limits: Sendable {
        /// Newcomers of one network that are served at a time.
        var served = 64
        /// Newcomers of one network that wait besides.
        var waiting = 1024
        /// How long a newcomer is served before it gives way to one that waits.
        var grace = Duration.seconds(2)
    }

    /// What is to be done now.
    enum Action: Equatable, Sendable {
        /// Serve this connection.
        case serve(ID)
        /// Close this connection.
        case close(ID)
        /// Call ``lookAgain(_:at:)`` after this time.
        case lookAgain(PeerNetwork, after: Duration)
    }

    private struct Group {
        /// In the order in which they were served.
        var served: [(id: ID, since: ContinuousClock.Instant)] = []
        /// In the order in which they came.
        var waiting: [ID] = []
        var isLookedAt = false
    }

    private let limits: Limits
    private var groups: [PeerNetwork: Group] = [:]
    private var networks: [ID: PeerNetwork] = [:]
    /// All in the order in which they came, and some that are gone.
    private var order: [ID] = []
    private var next = 0

    init(_ limits: Limits) { self.limits = limits }

    /// How many there are, those that wait included.
    var count: Int { self.networks.count }

    /// How many entries are kept, those of connections that are gone included.
    var remembered: Int { self.order.count }

    /// A connection comes in.
    mutating func arrive(_ id: ID, from network: PeerNetwork, at now: ContinuousClock.Instant) -> [Action] {
        guard self.groups[network]?.waiting.count ?? 0 < self.limits.waiting else { return [.close(id)] }
        self.networks[id] = network
        self.remember(id)
        self.groups[network, default: Group()].waiting.append(id)
        return self.fill(network, at: now)
    }

    /// There is no room for another connection, be it a newcomer or not: the newcomer that came first gives way.
    mutating func makeRoom(at now: ContinuousClock.Instant) -> [Action] {
        guard let oldest = self.takeOldest() else { return [] }
        return [.close(oldest)] + self.leave(oldest, at: now)
    }

    /// A connection is closed, or somebody has signed in on it; nothing happens for one that is not known.
    mutating func leave(_ id: ID, at now: ContinuousClock.Instant) -> [Action] {
        guard let network = self.networks.removeValue(forKey: id) else { return [] }
        self.groups[network]?.served.removeAll { $0.id == id }
        self.groups[network]?.waiting.removeAll { $0 == id }
        return self.fill(network, at: now)
    }

    /// The time of an action that asked for this has come.
    mutating func lookAgain(_ network: PeerNetwork, at now: ContinuousClock.Instant) -> [Action] {
        self.groups[network]?.isLookedAt = false
        return self.fill(network, at: now)
    }

    /// Serves those that wait, as far as there is room or others give way.
    private mutating func fill(_ network: PeerNetwork, at now: ContinuousClock.Instant) -> [Action] {
        guard var group = self.groups[network] else { return [] }
        var actions: [Action] = []
        while let first = group.waiting.first {
            if group.served.count >= self.limits.served, let oldest = group.served.first {
                let rest = now.duration(to: oldest.since + self.limits.grace)
                guard rest <= .zero else {
                    if !group.isLookedAt { actions.append(.lookAgain(network, after: rest)) }
                    group.isLookedAt = true
                    break
                }
                group.served.removeFirst()
                self.networks[oldest.id] = nil
                actions.append(.close(oldest.id))
            }
            group.waiting.removeFirst()
            group.served.append((first, now))
            actions.append(.serve(first))
        }
        self.groups[network] = group.served.isEmpty && group.waiting.isEmpty ? nil : group
        return actions
    }

    private mutating func remember(_ id: ID) {
        self.order.append(id)
        // Those that are gone are dropped in one go, so that each connection costs the same, however many there are.
        guard self.order.count > 2 * self.count + 64 else { return }
        self.order = self.order[self.next...].filter { self.networks[$0] != nil }
        self.next = 0
    }

    private mutating func takeOldest() -> ID? {
        while self.next < self.order.count {
            let id = self.order[self.next]
            self.next += 1
            if self.networks[id] != nil { return id }
        }
        return nil
    }
}
