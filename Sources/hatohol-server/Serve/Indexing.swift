internal import Logging
internal import ServiceLifecycle
internal import Store

/// Keeps the indexes of places and texts up with what arrives, behind the commits, so that events do not wait for them.
struct Indexing: Service {
    let store: MonitoringStore
    /// Whether texts are indexed as well.
    let indexesText: Bool
    let logger: Logger

    /// What arrives in this time is indexed together.
    private static let interval = Duration.milliseconds(500)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var isReady = !self.indexesText
            for await _ in self.store.changes() {
                do {
                    if !isReady { try await self.store.createTextIndex() }
                    isReady = true
                    try await self.catchUp()
                } catch {
                    guard !Task.isCancelled else { return }
                    self.logger.warning("indexing events failed; it is tried again", metadata: ["reason": "\(error)"])
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// One small step after the other, so that events are stored in between.
    private func catchUp() async throws {
        while try await self.store.arePlacesBehind(), try await self.store.advancePlaces() {
            try Task.checkCancellation()
        }
        guard self.indexesText else { return }
        while try await self.store.advanceTextIndex() {
            try Task.checkCancellation()
            // Places of new events are noted while the texts of old ones are being indexed for the first time.
            if try await self.store.arePlacesBehind() { _ = try await self.store.advancePlaces() }
        }
    }
}
