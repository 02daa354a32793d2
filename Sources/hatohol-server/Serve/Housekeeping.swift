internal import Glibc
internal import Logging
internal import ServiceLifecycle
internal import Store

/// Deletes what is to be kept no longer, in steps so small that events do not wait.
struct Housekeeping: Service {
    let store: MonitoringStore
    let settings: Settings
    let logger: Logger

    /// How often it looks.
    private static let interval = Duration.seconds(60)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.tidy()
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    private func tidy() async {
        do {
            var deleted = try await self.store.purgeRemovedServers()
            if let days = self.settings.retentionDays {
                let boundary = Int64(time(nil)) - Int64(days) * 86_400
                deleted += try await self.store.prune(
                    before: Timestamp(clampingSeconds: boundary, nanoseconds: 0)
                )
            }
            if let events = self.settings.retentionEvents { deleted += try await self.store.prune(keeping: events) }
            if let bytes = self.settings.retentionBytes {
                deleted += try await self.store.prune(keepingBytes: bytes)
            }
            if deleted > 0 { self.logger.info("deleted old events", metadata: ["count": "\(deleted)"]) }
        } catch is CancellationError {
            return
        } catch {
            self.logger.warning("cannot delete old events", metadata: ["reason": "\(error)"])
        }
    }
}
