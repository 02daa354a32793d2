internal import HAPI
internal import JSONRPC

/// What plain lines that arrive together have in common, encoded once.
struct LineHead {
    private let time: TimeStamp
    private let host: [UInt8]

    /// The members of their events.
    let head: PutEventsWriter.Head

    init(_ time: TimeStamp, _ host: Span<UInt8>) {
        self.time = time
        self.host = [UInt8](copying: host)
        self.head = PutEventsWriter.Head(
            time: time,
            type: .unknown,
            status: .unknown,
            severity: .unknown,
            utf8Host: host
        )
    }

    /// Whether a line has the same.
    func fits(_ time: TimeStamp, _ host: Span<UInt8>) -> Bool {
        guard time == self.time, host.count == self.host.count else { return false }
        let own = self.host.span
        for index in host.indices where host[index] != own[index] { return false }
        return true
    }
}
