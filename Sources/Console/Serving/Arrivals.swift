internal import Hummingbird
internal import Store
internal import Synchronization

/// What open pages with the same query are told at once, and how it reads for each kind of reader, made once for all of them.
///
/// Each message says after which event it begins and with which it ends. The messages to a page follow each other without a gap, so a
/// page that missed one notices it by the next.
final class Arrivals: Sendable {
    /// What the text depends on besides the events.
    struct Reader: Hashable {
        var language: Language
        var canWrite: Bool
        /// The number of the subscription within the stream.
        var subscription = 0
    }

    /// The number of the event after which this begins.
    let after: Int64
    /// The number of the last event that was looked at; whatever matches up to here is told by now.
    let last: Int64
    /// What arrived; without events this is a sign of life.
    let digest: ArrivalDigest
    /// The nicknames of the monitoring servers, by id.
    let servers: [Int64: String]

    private let texts = Mutex<[Reader: ByteBuffer]>([:])

    init(after: Int64, last: Int64, digest: ArrivalDigest, servers: [Int64: String]) {
        self.after = after
        self.last = last
        self.digest = digest
        self.servers = servers
    }

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
