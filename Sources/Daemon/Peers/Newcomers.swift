/// Which connections of strangers are served, wait, or are closed.
///
/// Somebody who opens a thousand connections and says nothing must not keep others out, from the same address or from another one.
/// A thousand live pages behind one address are no such crowd, although they all come back in the moment in which a server
/// starts. So of each network a bounded number of newcomers is served at a time, and others wait for their turn. A newcomer
/// is a connection whose peer has not yet shown what the listener asks of it: a sign-in, or a TLS handshake, or where there is
/// neither, a first byte. Once it has, the next one is served.
///
///     64 served, silent      the oldest is closed after the grace period, and the first that waits is served
///     64 served, signing in  each makes room by signing in
///     too many that wait     the last one is refused, before it costs anybody else a place
///     no room at all         the oldest that has nothing under way is closed, of all networks
///
/// A pure value that knows no sockets: connections are ids, times go in, and actions come out.
public struct Newcomers<ID: Hashable & Sendable>: Sendable {
    /// How many connections there may be.
    public struct Limits: Sendable {
        /// All connections, newcomers or not.
        public var most: Int
        /// Newcomers of one network that are served at a time.
        public var served: Int
        /// Newcomers of one network that wait besides.
        public var waiting: Int
        /// How long a newcomer is served before it gives way to one that waits.
        public var grace = Duration.seconds(2)

        /// At most three quarters of all may wait from one network, so that a crowd never takes its own places away.
        public init(most: Int, served: Int = 64) {
            self.most = most
            self.served = served
            self.waiting = min(1024, most * 3 / 4)
        }
    }

    /// Why a connection is closed.
    public enum Reason: Sendable {
        /// It had its time, and another one of its network waits.
        case gaveWay
        /// It made room for another one when there were as many as there may be.
        case madeRoom
        /// Too many of its network wait.
        case tooManyWait
        /// There are as many as there may be, and none gives way.
        case noRoom
        /// The system has no descriptor for it, and no other connection gives way.
        case noDescriptor
    }

    /// What is to be done now.
    public enum Action: Equatable, Sendable {
        /// Serve this connection.
        case serve(ID)
        /// Close this connection, which is forgotten already.
        case close(ID, Reason)
        /// Call ``lookAgain(_:at:)`` after this time.
        case lookAgain(PeerNetwork, after: Duration)
    }

    private struct Entry {
        /// Where it counts as a newcomer; `nil` once it does not.
        var network: PeerNetwork?
        /// Its place among those that give way; `nil` while it does not.
        var place: UInt64?
    }

    private struct Group {
        /// In the order in which they were served.
        var served: [(id: ID, since: ContinuousClock.Instant)] = []
        /// In the order in which they came.
        var waiting: [ID] = []
        var isLookedAt = false
    }

    private let limits: Limits
    private var entries: [ID: Entry] = [:]
    private var groups: [PeerNetwork: Group] = [:]
    /// Those that give way, the oldest first, and some that do not any more.
    private var order: [(id: ID, place: UInt64)] = []
    private var next = 0
    private var lastPlace: UInt64 = 0

    /// There are none yet.
    public init(_ limits: Limits) { self.limits = limits }

    /// How many connections there are, those that wait included.
    public var count: Int { self.entries.count }

    /// How many places are kept, those of connections that are gone included.
    var remembered: Int { self.order.count }

    /// A connection comes in.
    ///
    /// - Parameters:
    ///   - id: No other connection has it.
    ///   - network: Where it counts as a newcomer; `nil` for one of which any number is served.
    ///   - hasDescriptor: Whether it has a descriptor that strangers may have.
    ///   - now: The time.
    /// - Returns: What is to be done; a connection that is neither to be served nor to be closed waits.
    public mutating func arrive(
        _ id: ID,
        from network: PeerNetwork?,
        hasDescriptor: Bool = true,
        at now: ContinuousClock.Instant
    ) -> [Action] {
        if let network, let group = self.groups[network], group.waiting.count >= self.limits.waiting {
            return [.close(id, .tooManyWait)]
        }
        var actions: [Action] = []
        if !hasDescriptor || self.entries.count >= self.limits.most {
            guard let oldest = self.oldest() else { return [.close(id, hasDescriptor ? .noRoom : .noDescriptor)] }
            actions = [.close(oldest, .madeRoom)] + self.leave(oldest, at: now)
        }
        self.entries[id] = Entry(network: network)
        self.givePlace(to: id)
        guard let network else { return actions + [.serve(id)] }
        self.groups[network, default: Group()].waiting.append(id)
        return actions + self.fill(network, at: now)
    }

    /// A peer has finished its TLS handshake, where nothing more is asked of it.
    ///
    /// It is no newcomer any more; it gives way where there is no room as long as nothing is under way.
    public mutating func finishHandshake(_ id: ID, at now: ContinuousClock.Instant) -> [Action] {
        self.makeKnown(id, at: now)
    }

    /// A peer has signed in, has said something, or has a request under way: its connection does not give way.
    public mutating func settle(_ id: ID, at now: ContinuousClock.Instant) -> [Action] {
        self.entries[id]?.place = nil
        return self.makeKnown(id, at: now)
    }

    /// The request of a peer is answered, and nobody knows who it is: its connection gives way again.
    public mutating func rest(_ id: ID) {
        if self.entries[id] != nil { self.givePlace(to: id) }
    }

    /// A connection is closed; nothing happens for one that is not known.
    public mutating func leave(_ id: ID, at now: ContinuousClock.Instant) -> [Action] {
        let actions = self.makeKnown(id, at: now)
        self.entries[id] = nil
        return actions
    }

    /// The time of an action that asked for this has come.
    public mutating func lookAgain(_ network: PeerNetwork, at now: ContinuousClock.Instant) -> [Action] {
        self.groups[network]?.isLookedAt = false
        return self.fill(network, at: now)
    }

    private mutating func makeKnown(_ id: ID, at now: ContinuousClock.Instant) -> [Action] {
        guard let network = self.entries[id]?.network else { return [] }
        self.entries[id]?.network = nil
        self.groups[network]?.served.removeAll { $0.id == id }
        self.groups[network]?.waiting.removeAll { $0 == id }
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
                self.entries[oldest.id] = nil
                actions.append(.close(oldest.id, .gaveWay))
            }
            group.waiting.removeFirst()
            group.served.append((first, now))
            actions.append(.serve(first))
        }
        self.groups[network] = group.served.isEmpty && group.waiting.isEmpty ? nil : group
        return actions
    }

    private mutating func givePlace(to id: ID) {
        self.lastPlace += 1
        self.entries[id]?.place = self.lastPlace
        self.order.append((id, self.lastPlace))
        // Those that are gone are dropped in one go, so that each connection costs the same, however many there are.
        guard self.order.count > 2 * self.count + 64 else { return }
        self.order = self.order[self.next...].filter { self.entries[$0.id]?.place == $0.place }
        self.next = 0
    }

    /// The one that gives way first; `nil` when none does.
    private mutating func oldest() -> ID? {
        while self.next < self.order.count {
            let (id, place) = self.order[self.next]
            self.next += 1
            if self.entries[id]?.place == place { return id }
        }
        return nil
    }
}
