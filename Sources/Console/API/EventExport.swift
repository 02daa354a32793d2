internal import HTTPTypes
internal import Hummingbird
internal import Operations
internal import Store

/// All events of a filter as a file, read and sent page by page: whatever their number, memory holds one page.
struct EventExport: Sendable {
    enum Format: Sendable, CaseIterable { case csv, jsonl }

    private static let pageSize = 500
    /// So long one page is searched for, at most: a reader of the store that takes long holds up the log's checkpoints.
    private static let patience = Duration.milliseconds(500)

    let store: MonitoringStore
    let filter: EventFilter
    let format: Format
    /// Whether whoever asked may still see these events; a slow reader may take hours for them.
    let isAllowed: @Sendable () async throws -> Bool

    func response(now: Timestamp) -> Response {
        let name = "events-\(now.description.prefix(10)).\(self.format)"
        return Response(
            status: .ok,
            headers: [
                .contentType: self.format == .csv ? "text/csv; charset=utf-8" : "application/jsonl",
                .contentDisposition: "attachment; filename=\"\(name)\"",
            ],
            body: ResponseBody { writer in
                if self.format == .csv { try await writer.write(ByteBuffer(string: EventCSV.header)) }
                var search = EventSearch(self.filter, limit: Self.pageSize)
                while true {
                    // Without an end, so that nobody takes what was sent for the whole.
                    guard try await self.isAllowed() else { throw Problem(403, "The session or key no longer counts.") }
                    let page = try await self.store.page(search, within: Self.patience)
                    let lines = page.events.flatMap(self.line)
                    if !lines.isEmpty { try await writer.write(ByteBuffer(bytes: lines)) }
                    guard let next = page.next else { break }
                    search.after = next
                }
                try await writer.finish(nil)
            }
        )
    }

    private func line(_ handled: HandledEvent) -> [UInt8] {
        self.format == .csv ? Array(EventCSV.line(handled).utf8) : JSON(handled).encoded + [UInt8(ascii: "\n")]
    }
}
