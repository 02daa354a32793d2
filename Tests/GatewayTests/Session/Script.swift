import JSONRPC
import Store

@testable import Gateway

/// A session driven by hand: what goes in, and what comes out as one line per action.
struct Script {
    static let server = MonitoringServer(
        id: 7,
        nickname: "node",
        type: "d91ba1cb-a64a-4072-b2b8-2f91bcae1818",
        broker: .init(url: BrokerURL("amqps://broker/v"), queue: "q")
    )

    var session: ArmSession
    var seconds = 0.0
    private var lastTag: UInt64 = 0
    /// What the session gave to the store, oldest first.
    private(set) var tokens: [StoreToken] = []
    /// The ids of the session's own calls, oldest first.
    private(set) var calls: [MessageID] = []
    private(set) var batches: [Batch] = []

    init(ownTriggers: [Trigger] = [], hasReported: Bool = false) {
        self.session = ArmSession(server: Self.server, ownTriggers: ownTriggers, hasReported: hasReported)
    }

    /// A session whose profiles are exchanged.
    static func established() -> Script {
        var script = Script()
        _ = script.handle(.connected(exchange: "hatohol"))
        _ = script.receive(
            #"{"method":"exchangeProfile","params":{"name":"arm","procedures":["fetchItems","fetchTriggers","fetchEvents","fetchHistory"]},"id":1}"#
        )
        return script
    }

    /// Delivers a message.
    mutating func receive(_ body: String) -> [String] { self.receive(Array(body.utf8)) }

    mutating func receive(_ body: [UInt8]) -> [String] {
        self.lastTag += 1
        return self.handle(.received(body: body, tag: self.lastTag))
    }

    /// Lets a request of the arm come, with compact params.
    mutating func call(_ method: String, _ params: String, id: Int = 5) -> [String] {
        self.receive(#"{"jsonrpc":"2.0","method":"\#(method)","params":\#(params),"id":\#(id)}"#)
    }

    /// Lets the store succeed with what it was given last, or with the token at an index.
    mutating func stored(_ index: Int? = nil, _ receipt: Receipt = Receipt()) -> [String] {
        self.handle(.stored(self.tokens[index ?? self.tokens.count - 1], .success(receipt)))
    }

    mutating func failed(_ index: Int? = nil) -> [String] {
        let error = StoreError(.unavailable, stage: "commit", reason: "disk full")
        return self.handle(.stored(self.tokens[index ?? self.tokens.count - 1], .failure(error)))
    }

    /// Moves the clock and lets the session look at it.
    mutating func wait(_ seconds: Double) -> [String] {
        self.seconds += seconds
        return self.handle(.tick)
    }

    mutating func handle(_ event: SessionEvent) -> [String] {
        let wall = Timestamp(nanoseconds: 1_767_225_600_000_000_000 + Int64(self.seconds * 1e9))
        let actions = self.session.handle(event, at: Moment(monotonic: .seconds(self.seconds), wall: wall))
        return actions.map { self.describe($0) }
    }

    private mutating func describe(_ action: SessionAction) -> String {
        switch action {
        case .send(let body): return self.describe(sent: body)
        case .acknowledge(let tag): return "ack \(tag)"
        case .store(let batch, let token):
            self.tokens.append(token)
            self.batches.append(batch)
            return "store \(Self.describe(batch))"
        case .note(let batch):
            self.batches.append(batch)
            return "note \(Self.describe(batch))"
        case .readLastInfo(let element, let token):
            self.tokens.append(token)
            return "read \(element)"
        case .countMissing(let gap): return "count \(gap.prefix) \(gap.numbers)"
        case .finishFetch(let id, let outcome): return "fetch \(id) \(outcome)"
        case .log(let log): return "log \(log.message)"
        }
    }

    private mutating func describe(sent body: [UInt8]) -> String {
        switch Message(parsing: body) {
        case .request(let call, let id):
            self.calls.append(id)
            return "call \(call.method)"
        case .notification(let call): return "notify \(call.method)"
        case .result(let result, let id):
            let text = result.description
            return "reply \(id) \(text.count > 60 ? "\(text.prefix(60))…" : text)"
        case .failure(let error, let id): return "error \(id) \(error.code)"
        case .malformed: return "malformed \(String(decoding: body, as: UTF8.self))"
        }
    }

    private static func describe(_ batch: Batch) -> String {
        let lastInfo = batch.lastInfo.map { " lastInfo=\($0)" } ?? ""
        switch batch.change {
        case .events(let events): return "\(events.count) events\(lastInfo)"
        case .hosts(let hosts, let update): return "\(hosts.count) hosts \(update)\(lastInfo)"
        case .hostGroups(let groups, let update): return "\(groups.count) groups \(update)\(lastInfo)"
        case .hostMemberships(let memberships, let update):
            return "\(memberships.count) memberships \(update)\(lastInfo)"
        case .hostParents(let parents, let update): return "\(parents.count) parents \(update)\(lastInfo)"
        case .triggers(let triggers, let update, let scope):
            return "\(triggers.count) triggers \(update)\(scope.map { " of \($0)" } ?? "")\(lastInfo)"
        case .ownTriggers(let triggers): return triggers.map { "\($0.id) \($0.status)" }.joined()
        case .items(let items, let scope): return "\(items.count) items\(scope.map { " of \($0)" } ?? "")"
        case .history(let item, let samples): return "\(samples.count) samples of \(item)"
        case .report(let report): return "report \(report.status)"
        case .link(let link): return "link \(link.state)"
        case .putAside: return "put aside"
        }
    }
}
