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
    func session(hash: [UInt8]) async throws -> Session? { try await self.latest().value.sessions[hash] }

    /// The key with this number and its owner, whether expired or not; nil once it has been removed.
    func key(_ id: Int64) async throws -> (key: APIKey, user: User)? {
        let known = try await self.latest().value
        guard let key = known.keys[id], let user = known.users[key.user] else { return nil }
        return (key, user)
    }

    private func latest() -> Task<Known, any Error> {
        if let known, known.since.duration(to: .now) < self.age { return known.value }
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
