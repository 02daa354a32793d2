internal import HAPI
internal import JSONRPC

/// Answers what the server fetches from an arm: at once whether it will be done, and later the data.
struct Fetcher: Sendable {
    let arm: any Arm
    let server: any ServerLink

    /// A fetch that was understood.
    enum Fetch: Sendable {
        case items(FetchItems)
        case history(FetchHistory)
        case triggers(FetchTriggers)
        case events(FetchEvents)
    }

    /// Reads the params of a fetch procedure.
    ///
    /// - Throws: `InvalidParams`.
    static func decode(_ procedure: Procedure, _ params: JSONValue?) throws(InvalidParams) -> Fetch? {
        switch procedure {
        case .fetchItems: .items(try FetchItems(params))
        case .fetchHistory: .history(try FetchHistory(params))
        case .fetchTriggers: .triggers(try FetchTriggers(params))
        case .fetchEvents: .events(try FetchEvents(params))
        default: nil
        }
    }

    /// Collects the data and puts them.
    ///
    /// - Throws: what the arm threw, or ``CallError``.
    func perform(_ fetch: Fetch) async throws {
        switch fetch {
        case .items(let fetch):
            let items = try await self.arm.items(of: fetch.hostIds)
            try await self.server.put(items) { PutItems(items: $0, fetchId: fetch.fetchId, divideInfo: $1) }
        case .history(let fetch):
            let samples = try await self.arm.history(
                of: fetch.itemId,
                host: fetch.hostId,
                from: fetch.beginTime,
                to: fetch.endTime
            )
            try await self.server.put(samples.sorted { $0.time < $1.time }) {
                PutHistory(itemId: fetch.itemId, samples: $0, fetchId: fetch.fetchId, divideInfo: $1)
            }
        case .triggers(let fetch):
            // The answer replaces all triggers at the server, so it is complete even when only some hosts were asked for.
            let polled = try await self.arm.triggers(since: nil)
            try await self.server.put(polled?.records ?? []) {
                PutTriggers(
                    triggers: $0,
                    updateType: .all,
                    lastInfo: polled?.lastInfo,
                    fetchId: fetch.fetchId,
                    divideInfo: $1
                )
            }
        case .events(let fetch):
            let events = try await self.arm.events(
                around: fetch.lastInfo,
                direction: fetch.direction,
                count: fetch.count
            )
            try await self.server.put(events, lastInfo: nil, fetchId: fetch.fetchId)
        }
    }
}
