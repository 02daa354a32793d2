internal import Store

/// Whether those whose pages stay open are still signed in: asked of the store once in a while for all of them.
actor OpenSessions {
    private let store: MonitoringStore
    private let age: Duration
    private var known: (since: ContinuousClock.Instant, sessions: Task<[[UInt8]: Session], any Error>)?

    /// An answer is believed for `age`, and so long may a page live on after its session has ended.
    init(store: MonitoringStore, age: Duration) {
        self.store = store
        self.age = age
    }

    /// The session with this hash, whatever its age; nil once it has been ended.
    func session(hash: [UInt8]) async throws -> Session? { try await self.sessions().value[hash] }

    private func sessions() -> Task<[[UInt8]: Session], any Error> {
        if let known, known.since.duration(to: .now) < self.age { return known.sessions }
        let sessions = Task { try await self.store.sessions() }
        self.known = (.now, sessions)
        return sessions
    }
}
