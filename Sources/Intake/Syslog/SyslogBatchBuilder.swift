/// Collects parsed messages into a batch of records.
struct SyslogBatchBuilder {
    /// `syslog.FACILITY.SEVERITY`, as fluentd's syslog input tags its records.
    private static let tags = SyslogPriority.all.map { "syslog.\($0.facility.name).\($0.severity.name)" }

    private let tags = Self.tags
    private let json = SyslogJSON()
    private let zone: SyslogZone
    private var parser: SyslogParser
    private var batch = RecordBatch()

    /// How many messages the batch has.
    var count: Int { self.batch.records.count }

    /// How many bytes the batch has.
    var size: Int { self.batch.storage.count }

    /// Starts an empty batch for what a source receives.
    init(_ configuration: SyslogSource.Configuration) {
        self.zone = configuration.zone
        self.parser = SyslogParser(
            clock: configuration.zone.clock(),
            localHost: configuration.endpoint.isLocal ? SenderAddress.localName : nil
        )
    }

    /// Parses a message and adds it.
    mutating func append(_ bytes: Span<UInt8>, from peer: SyslogJSON.Peer, isCut: Bool) {
        if self.batch.records.isEmpty { self.parser.clock = self.zone.clock() }
        let message = self.parser.parse(bytes)
        let start = self.batch.storage.count
        self.json.append(message, in: bytes, from: peer, to: &self.batch.storage)
        self.batch.records.append(
            Record(
                tag: self.tags[Int(message.priority.code)],
                time: message.time.map(RecordTime.init(nanosecondsSince1970:)),
                body: .json(start..<self.batch.storage.count),
                isTruncated: isCut
            )
        )
    }

    /// Hands over the batch and starts the next, which is expected to become as large.
    mutating func take() -> RecordBatch {
        var next = RecordBatch()
        next.records.reserveCapacity(min(self.count, 4096))
        next.storage.reserveCapacity(min(self.size, 1 << 20))
        swap(&next, &self.batch)
        return next
    }
}

extension RecordTime {
    /// Splits nanoseconds since 1970-01-01 UTC.
    fileprivate init(nanosecondsSince1970 nanoseconds: Int64) {
        let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let borrow: Int64 = remainder < 0 ? 1 : 0
        self.init(seconds: quotient - borrow, nanoseconds: UInt32(remainder + borrow * 1_000_000_000))
    }
}
