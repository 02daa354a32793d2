import AMQP
import HAPI
import JSONRPC
import Logging
import Synchronization
import TestSupport

/// The arm's side of a queue pair, moved by hand.
final class TestArm: Sendable {
    let connection: Connection
    let channel: Channel
    let queue: String
    private let answers: Answers

    /// What came from the server, by the id it answers.
    private actor Answers {
        private var results: [String: Message] = [:]
        private(set) var calls: [(method: String, params: String, id: MessageID?)] = []
        private var waiters: [String: CheckedContinuation<Message, Never>] = [:]

        func take(_ message: Message) {
            switch message {
            case .result(_, let id), .failure(_, let id):
                if let waiter = self.waiters.removeValue(forKey: "\(id)") { return waiter.resume(returning: message) }
                self.results["\(id)"] = message
            case .request(let call, let id): self.calls.append((call.method, call.params?.description ?? "", id))
            case .notification(let call): self.calls.append((call.method, call.params?.description ?? "", nil))
            case .malformed: break
            }
        }

        func answer(_ id: String) async -> Message {
            if let message = self.results.removeValue(forKey: id) { return message }
            return await withCheckedContinuation { self.waiters[id] = $0 }
        }
    }

    init(_ broker: PrivateBroker, queue: String) async throws {
        let configuration = broker.configuration()
        self.connection = Connection(
            configuration: configuration,
            address: configuration.addresses[0],
            logger: Logger(label: "arm") { _ in SwiftLogNoOpLogHandler() }
        )
        try await self.connection.open()
        self.channel = try await self.connection.openChannel(confirms: false)
        self.queue = queue
        self.answers = Answers()
        for suffix in ["S", "T"] { _ = try await self.channel.declareQueue("\(queue)-\(suffix)", as: .durable) }
        try await self.channel.consume("\(queue)-T", prefetch: 100)
        let (channel, answers) = (self.channel, self.answers)
        Task {
            for try await event in channel.events {
                guard case .delivery(let delivery) = event else { continue }
                await answers.take(Message(parsing: delivery.body))
                try await channel.acknowledge(delivery.tag, multiple: false)
            }
        }
    }

    /// What the server has called, in order.
    var calls: [(method: String, params: String, id: MessageID?)] { get async { await self.answers.calls } }

    func send(_ body: String) async throws { try await self.send(Array(body.utf8)) }

    func send(_ body: [UInt8]) async throws {
        _ = try await self.channel.publish(body, to: "\(self.queue)-S", messageID: "test")
    }

    /// Calls and waits for the answer: the result's text, or the error's code.
    func call(_ method: String, _ params: String, id: Int = .random(in: 1...0x7FFF_FFFF)) async throws -> String {
        try await self.send(#"{"jsonrpc":"2.0","method":"\#(method)","params":\#(params),"id":\#(id)}"#)
        return await self.answer(id)
    }

    func answer(_ id: Int) async -> String {
        switch await self.answers.answer("\(id)") {
        case .result(let result, _): result.description
        case .failure(let error, _): "\(error.code)"
        default: ""
        }
    }

    /// Answers a call of the server.
    func reply(_ id: MessageID?, _ result: String) async throws {
        try await self.send(#"{"jsonrpc":"2.0","result":\#(result),"id":\#(id ?? .null)}"#)
    }

    /// Exchanges profiles, again and again until the server is there.
    func signOn(_ procedures: [String] = []) async throws {
        let profile = Profile(name: "test arm", procedures: procedures)
        let answer = try await self.call("exchangeProfile", String(decoding: profile.encoded(), as: UTF8.self))
        guard answer.contains("putEvents") else { throw TestFailure("unexpected profile: \(answer)") }
    }

    func close() async { await self.connection.close() }

    /// The params of putEvents with one event per id.
    static func events(_ ids: some Sequence<String>) -> String {
        let events = ids.map {
            #"{"eventId":"\#($0)","time":"20260102030405","type":"BAD","brief":"event \#($0)","hostId":"h","hostName":"h"}"#
        }
        return #"{"events":[\#(events.joined(separator: ","))]}"#
    }
}
