/// The events that arrive, page by page, in the order of arrival; ends when the consumer is cancelled.
///
/// Rows are read when they are asked for, so a slow consumer costs no memory.
public struct EventTail: AsyncSequence, Sendable {
    let store: MonitoringStore
    let query: EventQuery

    public func makeAsyncIterator() -> Iterator {
        Iterator(store: self.store, query: self.query, changes: self.store.changes().makeAsyncIterator())
    }

    /// Waits for commits and reads what they brought.
    public struct Iterator: AsyncIteratorProtocol {
        let store: MonitoringStore
        var query: EventQuery
        var changes: AsyncStream<Void>.AsyncIterator

        /// The next page, never empty; nil when the consumer is cancelled.
        public mutating func next() async throws -> [StoredEvent]? {
            while !Task.isCancelled {
                let (page, highest) = try await self.store.arrivals(self.query)
                // A page that is not full has seen everything: what did not match need not be looked at again.
                self.query.arrivedAfter = page.count < self.query.limit ? highest : page.last?.id
                if !page.isEmpty { return page }
                guard await self.changes.next(isolation: #isolation) != nil else { return nil }
            }
            return nil
        }
    }
}
