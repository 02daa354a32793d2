internal import ArmPlugin
internal import Glibc
internal import HAPI
internal import Intake
internal import JSONRPC
internal import Rules

/// Makes events of records, as the original does, and keeps what it drops.
///
/// A plain line is the brief of an event of this machine. Of a JSON record, `message`, `host`, `type`, `status` and `severity` have
/// their places, with the original's defaults; all other members, and what does not fit its place, go into the extended
/// info as a JSON object. A text too long for the brief is cut there and kept whole in the extended info.
struct EventMapper {
    /// The most code points of a brief.
    static let briefLimit = TextLimit.string255.characters

    private var fields = RecordFields()
    /// Of the last plain line: those of one batch have the same, since they carry no time of their own.
    private var lineHead = LineHead(.earliest, [UInt8]().span)
    private var engine: RuleEngine?
    var scratch: [UInt8] = []

    /// How many records each rule has dropped.
    var ruleCounts: [RuleCounts] { self.engine?.counts ?? [] }

    /// Prepares mapping; without rules, as the original does.
    init(rules: RuleSet? = nil) { self.engine = rules.map(RuleEngine.init) }

    /// Adds the event of one record.
    ///
    /// - Parameters:
    ///   - record: the record.
    ///   - storage: the bytes it points into.
    ///   - host: the host of events whose record names none.
    ///   - now: the time of events whose record has none.
    ///   - encoder: what the event is added to.
    mutating func map(
        _ record: Record,
        in storage: Span<UInt8>,
        host: Span<UInt8>,
        now: TimeStamp,
        into encoder: inout BatchEncoder
    ) {
        let time = record.time.map { TimeStamp(seconds: $0.seconds, nanoseconds: Int64($0.nanoseconds)) } ?? now
        let bytes = storage.extracting(record.range)
        if let verdict = self.applyRules(to: bytes, record) {
            guard case .event(let event) = verdict else { return }
            return self.map(event, host, time, record.isTruncated, &encoder)
        }
        switch record.body {
        case .text: self.mapLine(bytes, host, time, record.isTruncated, &encoder)
        case .json: self.mapObject(bytes, host, time, record.isTruncated, &encoder)
        }
    }

    private mutating func applyRules(to bytes: Span<UInt8>, _ record: Record) -> RuleVerdict? {
        var isJSON = false
        if case .json = record.body { isJSON = true }
        return self.engine?.apply(to: bytes, isJSON: isJSON, tag: record.tag, now: Self.monotonicNanoseconds)
    }

    /// A clock that never goes back.
    static var monotonicNanoseconds: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }

    // MARK: Plain lines

    private mutating func mapLine(
        _ line: Span<UInt8>,
        _ host: Span<UInt8>,
        _ time: TimeStamp,
        _ isTruncated: Bool,
        _ encoder: inout BatchEncoder
    ) {
        if !self.lineHead.fits(time, host) { self.lineHead = LineHead(time, host) }
        encoder.add(self.lineHead.head) { event in
            self.setBrief(line, &event)
            guard line.count > Self.briefLimit || isTruncated else { return }
            self.scratch.removeAll(keepingCapacity: true)
            self.scratch.append(UInt8(ascii: "{"))
            self.appendWhole(line, isTruncated)
            self.scratch.append(UInt8(ascii: "}"))
            event.set(.extendedInfo, utf8: self.scratch.span)
        }
    }

    /// Cuts long ASCII by bytes, which is the same as by characters and much cheaper.
    mutating func setBrief(_ text: Span<UInt8>, _ event: inout PutEventsWriter) {
        let limit = Self.briefLimit
        guard text.count > limit, Self.isPrintableASCII(text.extracting(0..<limit)) else {
            return event.set(.brief, utf8: text)
        }
        self.scratch.removeAll(keepingCapacity: true)
        self.scratch.append(copying: text.extracting(0..<limit - 1))
        self.scratch.append(contentsOf: TextLimit.mark.utf8)
        event.set(.brief, utf8: self.scratch.span)
    }

    private static func isPrintableASCII(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where text[index] < 0x20 || text[index] > 0x7E { return false }
        return true
    }

    mutating func appendWhole(_ text: Span<UInt8>, _ isTruncated: Bool) {
        self.scratch.append("\"message\":")
        // What is behind the limit of the extended info is cut there anyway.
        self.scratch.appendJSON(utf8: text.extracting(0..<min(text.count, 4 * TextLimit.string32767.characters)))
        if isTruncated { self.scratch.append(",\"truncated\":true") }
    }

    // MARK: JSON records

    private mutating func mapObject(
        _ text: Span<UInt8>,
        _ host: Span<UInt8>,
        _ time: TimeStamp,
        _ isTruncated: Bool,
        _ encoder: inout BatchEncoder
    ) {
        let isObject = self.fields.read(text)
        let type = self.word(.type, in: text, EventType.init(rawValue:))
        let status = self.word(.status, in: text, TriggerStatus.init(rawValue:))
        let severity = self.word(.severity, in: text, TriggerSeverity.init(rawValue:))
        encoder.add(time: time, type: type ?? .unknown) { event in
            event.set(status ?? .unknown)
            event.set(severity ?? .unknown)
            self.setHost(in: text, orElse: host, &event)
            let message = self.setMessage(in: text, &event)
            self.beginExtendedInfo()
            if isObject {
                if type == nil { self.appendMember("type", .type, in: text) }
                if status == nil { self.appendMember("status", .status, in: text) }
                if severity == nil { self.appendMember("severity", .severity, in: text) }
                for member in self.fields.rest {
                    self.appendComma()
                    self.scratch.append(copying: text.extracting(member.key))
                    self.scratch.append(UInt8(ascii: ":"))
                    self.scratch.append(copying: text.extracting(member.value))
                }
            }
            if message.count > Self.briefLimit || isTruncated {
                self.appendComma()
                self.appendWhole(message.span, isTruncated)
            }
            guard self.scratch.count > 1 else { return }
            self.scratch.append(UInt8(ascii: "}"))
            event.set(.extendedInfo, utf8: self.scratch.span)
        }
    }

    private func word<Word>(_ name: RecordFields.Name, in text: Span<UInt8>, _ word: (String) -> Word?) -> Word? {
        guard case .text(let value) = self.fields[name] else { return nil }
        return word(JSONReader.string(value, in: text))
    }

    private func setHost(in text: Span<UInt8>, orElse host: Span<UInt8>, _ event: inout PutEventsWriter) {
        let named: Span<UInt8>
        switch self.fields[.host] {
        case .text(let value) where value.isVerbatim: named = text.extracting(value.start..<value.end)
        case .text(let value):
            let name = JSONReader.string(value, in: text)
            event.set(.hostId, name)
            return event.set(.hostName, name)
        case .other(let range): named = text.extracting(range)
        case nil: named = host
        }
        event.set(.hostId, utf8: named)
        event.set(.hostName, utf8: named)
    }

    /// Sets the brief and gives its text in full; without a message it is the whole record, as in the original.
    private mutating func setMessage(in text: Span<UInt8>, _ event: inout PutEventsWriter) -> [UInt8] {
        var message: [UInt8] = []
        switch self.fields[.message] {
        case .text(let value): JSONReader.resolve(value, in: text, into: &message)
        case .other(let range): message.append(copying: text.extracting(range))
        case nil: message.append(copying: text)
        }
        while let last = message.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { message.removeLast() }
        self.setBrief(message.span, &event)
        return message
    }

    private mutating func beginExtendedInfo() {
        self.scratch.removeAll(keepingCapacity: true)
        self.scratch.append(UInt8(ascii: "{"))
    }

    private mutating func appendComma() {
        if self.scratch.count > 1 { self.scratch.append(UInt8(ascii: ",")) }
    }

    private mutating func appendMember(_ key: StaticString, _ name: RecordFields.Name, in text: Span<UInt8>) {
        guard let value = self.fields[name] else { return }
        self.appendComma()
        self.scratch.append(UInt8(ascii: "\""))
        self.scratch.append(key)
        self.scratch.append("\":")
        switch value {
        case .text(let value): self.scratch.append(copying: text.extracting(value.start - 1..<value.end + 1))
        case .other(let range): self.scratch.append(copying: text.extracting(range))
        }
    }
}
