internal import Hummingbird
internal import Store
internal import Synchronization

/// What open pages are told of at once, and how it reads for each kind of reader, made once for all of them.
final class Arrivals: Sendable {
    /// What the text depends on besides the events.
    struct Reader: Hashable {
        var language: Language
        var canWrite: Bool
    }

    /// The events, the newest first.
    let events: [HandledEvent]
    /// Whether there were more than these.
    let isMore: Bool
    /// The nicknames of the monitoring servers, by id.
    let servers: [Int64: String]

    private let texts = Mutex<[Reader: ByteBuffer]>([:])

    init(events: [HandledEvent], isMore: Bool, servers: [Int64: String]) {
        self.events = events
        self.isMore = isMore
        self.servers = servers
    }

    /// The number of the event that arrived last.
    var last: Int64 { self.events.lazy.map(\.id).max() ?? 0 }

    /// The text for a reader; `make` is asked for it the first time, while others who want the same wait.
    func text(for reader: Reader, _ make: () -> String) -> ByteBuffer {
        self.texts.withLock { texts in
            if let known = texts[reader] { return known }
            let text = ByteBuffer(string: make())
            texts[reader] = text
            return text
        }
    }
}
