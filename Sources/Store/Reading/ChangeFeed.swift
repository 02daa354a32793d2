internal import Dispatch
internal import GRDB
internal import Synchronization

/// Wakes readers after commits, of this process at once and of others within a tenth of a second.
///
/// SQLite tells a connection by `data_version` whether another one has committed; that costs microseconds, and it is asked
/// only while somebody listens.
final class ChangeFeed: Sendable {
    private struct State {
        var listeners: [UInt64: AsyncStream<Void>.Continuation] = [:]
        var nextKey: UInt64 = 0
        var poll: Task<Void, Never>?
    }

    private static let interval = Duration.milliseconds(100)

    private let state = Mutex(State())
    private let probe: DatabaseQueue

    init(path: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        configuration.label = "hatohol.store.changes"
        configuration.qos = .default
        self.probe = try DatabaseQueue(path: path, configuration: configuration)
    }

    deinit { self.state.withLock { $0.poll?.cancel() } }

    /// Closes the connection; nobody is woken by other processes afterwards.
    ///
    /// As long as one connection is open, SQLite leaves the journal beside the database.
    func close() throws { try self.probe.close() }

    /// A wake-up after each commit.
    ///
    /// Several that nobody took become one. Ends when the consumer is cancelled.
    func changes() -> AsyncStream<Void> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let key = self.state.withLock { state in
                state.nextKey += 1
                state.listeners[state.nextKey] = continuation
                if state.poll == nil { state.poll = self.startPolling() }
                return state.nextKey
            }
            continuation.onTermination = { [weak self] _ in self?.remove(key) }
        }
    }

    /// Tells that this process has committed.
    func wake() {
        self.state.withLock { state in
            for listener in state.listeners.values { listener.yield() }
        }
    }

    private func remove(_ key: UInt64) {
        self.state.withLock { state in
            state.listeners[key] = nil
            if state.listeners.isEmpty {
                state.poll?.cancel()
                state.poll = nil
            }
        }
    }

    private func startPolling() -> Task<Void, Never> {
        Task { [weak self, probe] in
            var seen: Int64?
            while !Task.isCancelled {
                // A probe that fails is asked again; a wake-up too many is harmless.
                let version = try? await probe.read { try Int64.fetchOne($0, sql: "PRAGMA data_version") }
                if version != seen {
                    seen = version
                    self?.wake()
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }
}
