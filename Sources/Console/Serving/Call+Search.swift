internal import Store

extension Call {
    /// Looks for events, but not for ever: a condition that hardly any event meets can mean reading all of them.
    func search(_ search: EventSearch) async throws -> EventPage {
        let times = self.site.configuration
        return try await self.store.page(
            search,
            within: search.after == nil ? times.searchTime : times.patientSearchTime
        )
    }

    /// Runs a search; after ten seconds it is broken off, and the reader is asked to narrow it down.
    func limited<Result: Sendable>(
        _ body: @escaping @Sendable (MonitoringStore) async throws -> Result
    ) async throws -> Result {
        let store = self.store
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body(store) }
            group.addTask {
                try await Task.sleep(for: .seconds(10))
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let result = first else {
                throw Problem(503, self.text("searchTooLong"))
            }
            return result
        }
    }
}
