internal import Store

/// Whether sessions and keys by which pages were opened that stay open still count: asked of the store once in a while for all.
actor OpenProofs {
    private struct Known: Sendable {
        var sessions: [[UInt8]: Session]
        var keys: [Int64: APIKey]
        var users: [User.ID: User]
    }

    private let store: MonitoringStore
    private let age: Duration
    private var known: (since: ContinuousClock.Instant, value: Task<Known, any Error>)?

    /// An answer is believed for `age`, and so long may a page live on after its session has ended or its key was removed.
    init(store: MonitoringStore, age: Duration) {
        self.store = store
        self.age = age
    }

    /// The session with this hash, whatever its age; nil once it has been ended.
    func session(hash: [UInt8]) async throws -> Session? { try await self.find { $0.sessions[hash] } }

    /// The key with this number and its owner, whether expired or not; nil once it has been removed.
    func key(_ id: Int64) async throws -> (key: APIKey, user: User)? {
        try await self.find { known in
            guard let key = known.keys[id], let user = known.users[key.user] else { return nil }
            return (key, user)
        }
    }

    /// Looks again for what is not there: it may have been made since, and an export with a new key would be broken off.
    private func find<Proof>(_ proof: @Sendable (Known) -> Proof?) async throws -> Proof? {
        if let found = proof(try await self.latest().value) { return found }
        return proof(try await self.renewed().value)
    }

    private func latest() -> Task<Known, any Error> {
        if let known, known.since.duration(to: .now) < self.age { return known.value }
        return self.renewed()
    }

    private func renewed() -> Task<Known, any Error> {
        let value = Task {
            Known(
                sessions: try await self.store.sessions(),
                keys: Dictionary(try await self.store.apiKeys().map { ($0.id, $0) }, uniquingKeysWith: { $1 }),
                users: Dictionary(try await self.store.users().map { ($0.id, $0) }, uniquingKeysWith: { $1 })
            )
        }
        self.known = (.now, value)
        return value
    }
}
