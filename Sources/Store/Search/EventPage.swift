/// What a search found.
public struct EventPage: Sendable {
    /// The events, in the search's order; fewer than asked for when the search was broken off or came to the end.
    public let events: [HandledEvent]
    /// Where the search goes on; nil when nothing is left to look at.
    public let next: EventCursor?
    /// Whether the time was over before the page was full, so that what is behind ``next`` may match or not.
    public let isBrokenOff: Bool
}

extension MonitoringStore {
    /// One page of events with their handling, found in about the given time or broken off.
    ///
    /// A filter that hardly any event meets, and that no index knows, would mean reading all events. So the search goes on in
    /// slices until the page is full or the time is over, and says where to go on. Each call gets some way, even without time.
    public func page(_ search: EventSearch, within time: Duration) async throws -> EventPage {
        try await self.read("search events") { db in
            try PagedSearch(search, deadline: .now + time, db: db).run()
        }
    }

    /// All events that match, page by page, however long it takes; ends early when `body` returns false.
    public func pages(_ search: EventSearch, _ body: ([HandledEvent]) async throws -> Bool) async throws {
        var search = search
        while true {
            try Task.checkCancellation()
            let page = try await self.page(search, within: .milliseconds(500))
            if !page.events.isEmpty, try await !body(page.events) { return }
            guard let next = page.next else { return }
            search.after = next
        }
    }
}
