import JSONRPC
import Store
import TestSupport

@testable import Gateway

/// A session on a real store, without a broker: what the arm says goes in, what it hears comes out.
final class Conversation {
    let directory: TemporaryDirectory
    let store: MonitoringStore
    private var session: ArmSession
    private var tag: UInt64 = 0
    /// The highest acknowledged delivery.
    private(set) var acknowledged: UInt64 = 0
    /// How many deliveries there were.
    var delivered: UInt64 { self.tag }

    /// Begins with profiles exchanged; events arrive by the given clock.
    init(clock: @escaping @Sendable () -> Timestamp = { .now }) async throws {
        self.directory = try TemporaryDirectory()
        self.store = try MonitoringStore(directory: self.directory.path, clock: clock)
        var server = Script.server
        server.id = try await self.store.add(server)
        self.session = ArmSession(server: server)
        _ = try await self.handle(.connected(exchange: "hatohol"))
        _ = try await self.call("exchangeProfile", #"{"name":"arm","procedures":[]}"#)
    }

    deinit { try? self.store.close() }

    /// The id of the monitoring server.
    var server: MonitoringServer.ID { self.session.server.id }

    /// Calls and gives the result's text, the error's code and data, or nothing.
    func call(_ method: String, _ params: String?, id: String = "1") async throws -> String {
        let params = params.map { #","params":\#($0)"# } ?? ""
        return try await self.say(#"{"jsonrpc":"2.0","method":"\#(method)"\#(params),"id":\#(id)}"#)
    }

    func say(_ body: String) async throws -> String {
        self.tag += 1
        return try await self.handle(.received(body: Array(body.utf8), tag: self.tag)).joined(separator: " ")
    }

    func handle(_ event: SessionEvent) async throws -> [String] {
        var heard: [String] = []
        var events = [event]
        while !events.isEmpty {
            for action in self.session.handle(events.removeFirst(), at: ArmShell.now) {
                switch action {
                case .send(let body): heard.append(Self.describe(body))
                case .acknowledge(let tag): self.acknowledged = tag
                case .store(let batch, let token): events.append(.stored(token, await self.commit(batch)))
                case .note(let batch): _ = await self.commit(batch)
                case .readLastInfo(let element, let token):
                    let text = try await self.store.lastInfo(element, server: self.server)
                    events.append(.lastInfo(token, .success(text)))
                case .countMissing, .finishFetch, .log: break
                }
            }
        }
        return heard
    }

    private func commit(_ batch: Batch) async -> Result<Receipt, StoreError> {
        await withCheckedContinuation { continuation in
            self.store.submit(batch) { continuation.resume(returning: $0) }
        }
    }

    private static func describe(_ body: [UInt8]) -> String {
        switch Message(parsing: body) {
        case .result(let result, _): result.description
        case .failure(let error, let id): "\(id) \(error.code) \(error.data.joined(separator: "; "))"
        case .request(let call, _), .notification(let call): call.method
        case .malformed: "malformed"
        }
    }
}
