internal import Console
internal import Glibc
internal import Logging
internal import ServiceLifecycle
internal import Store

/// Deletes what is to be kept no longer, in steps so small that events do not wait.
struct Housekeeping: Service {
    let store: MonitoringStore
    let settings: Settings
    let logger: Logger

    /// How often events are looked at.
    private static let interval = Duration.seconds(60)
    /// What people leave behind is looked at this many times more rarely.
    private static let roundsOfEvents = 60

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var round = 0
            while !Task.isCancelled {
                await self.tidyEvents()
                if round.isMultiple(of: Self.roundsOfEvents) { await self.tidyPeople() }
                round += 1
                // It ends early only with the service.
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    private func tidyEvents() async {
        await self.attempt("delete old events") {
            let deleted = try await self.deleteOldEvents()
            if deleted > 0 { self.logger.info("deleted old events", metadata: ["count": "\(deleted)"]) }
        }
    }

    /// Also without a console, which may have been there before.
    private func tidyPeople() async {
        await self.attempt("forget sessions that have ended") {
            let now = Timestamp.now
            try await self.store.forgetSessions(
                openedBefore: now.advanced(seconds: -ConsoleConfiguration.longestSession),
                usedBefore: now.advanced(seconds: -ConsoleConfiguration().sessionLifetime),
                now: now
            )
        }
        await self.attempt("forget the handling of deleted events") {
            try await self.store.forgetHandlingOfDeletedEvents()
        }
    }

    /// Does a step; one that fails is tried again the next time, and keeps no other from its work.
    private func attempt(_ what: String, _ step: () async throws -> Void) async {
        do {
            try await step()
        } catch is CancellationError {
            return
        } catch {
            self.logger.warning("cannot \(what)", metadata: ["reason": "\(error)"])
        }
    }

    private func deleteOldEvents() async throws -> Int64 {
        var deleted = try await self.store.purgeRemovedServers()
        if let days = self.settings.retentionDays {
            let boundary = Int64(time(nil)) - Int64(days) * 86_400
            deleted += try await self.store.prune(before: Timestamp(clampingSeconds: boundary, nanoseconds: 0))
        }
        if let events = self.settings.retentionEvents { deleted += try await self.store.prune(keeping: events) }
        if let bytes = self.settings.retentionBytes { deleted += try await self.store.prune(keepingBytes: bytes) }
        return deleted
    }
}
