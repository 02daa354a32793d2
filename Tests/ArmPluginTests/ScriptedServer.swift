import AMQP
import HAPI
import JSONRPC
import Logging

/// A server for tests: keeps events in memory and answers as it is told to.
actor ScriptedServer {
    /// What is answered to putEvents.
    enum Reaction {
        case success
        case failure
        case error(ErrorObject)
        case silence
    }

    private(set) var eventIDs: [String] = []
    private(set) var briefs: [String] = []
    private(set) var lastInfo = ""
    private(set) var armInfos: [ArmInfo] = []
    private(set) var calls: [Message.Call] = []
    /// What the arm answered to calls of ours.
    private(set) var answers: [String] = []
    private(set) var requests = 0
    private var reactions: [Reaction] = []
    private var isEstablished = false
    private let queue: String
    private let configuration: ConnectionConfiguration
    private var connection: Connection?
    private var loop: Task<Void, any Error>?

    init(_ configuration: ConnectionConfiguration, queue: String) {
        self.configuration = configuration
        self.queue = queue
    }

    var methods: [String] { self.calls.map(\.method) }

    func count(of method: String) -> Int { self.calls.count { $0.method == method } }

    func params(of method: String) -> [JSONValue] { self.calls.filter { $0.method == method }.compactMap(\.params) }

    /// Answers the next putEvents in this way, one reaction for each; then with success.
    func react(_ reactions: [Reaction]) { self.reactions = reactions }

    /// Forgets who has exchanged profiles, as after a restart.
    func forgetProfiles() { self.isEstablished = false }

    func setLastInfo(_ lastInfo: String) { self.lastInfo = lastInfo }

    func start() async throws {
        let logger = Logger(label: "server") { _ in SwiftLogNoOpLogHandler() }
        let connection = Connection(
            configuration: self.configuration,
            address: self.configuration.addresses[0],
            logger: logger
        )
        try await connection.open()
        self.connection = connection
        let channel = try await connection.openChannel(confirms: false)
        for suffix in ["-S", "-T"] { _ = try await channel.declareQueue(self.queue + suffix, as: .durable) }
        try await channel.consume(self.queue + "-S", prefetch: 16)
        self.loop = Task {
            for try await event in channel.events {
                guard case .delivery(let delivery) = event else { continue }
                for answer in self.serve(Message(parsing: delivery.body)) {
                    _ = try await channel.publish(answer, to: self.queue + "-T", messageID: "answer")
                }
                try await channel.acknowledge(delivery.tag, multiple: false)
            }
        }
    }

    func stop() async {
        await self.connection?.close()
        _ = try? await self.loop?.value
    }

    /// Publishes a message to the arm.
    func send(_ json: String) async throws {
        guard let channel = try await self.connection?.openChannel(confirms: true) else { return }
        _ = try await channel.publish(Array(json.utf8), to: self.queue + "-T", messageID: "test")
        await channel.close()
    }

    private func serve(_ message: Message) -> [[UInt8]] {
        switch message {
        case .result(let result, let id): self.answers.append("\(id) \(result.string ?? "object")")
        case .failure(let error, let id): self.answers.append("\(id) error \(error)")
        default: break
        }
        guard case .request(let call, let id) = message else { return [] }
        self.calls.append(call)
        switch call.method {
        case "exchangeProfile":
            self.isEstablished = true
            return [Envelope.result(Profile(name: "scripted", offering: Procedure.offeredByServer), id: id)]
        case _ where !self.isEstablished: return [Envelope.result("FAILURE", id: id)]
        case "getMonitoringServerInfo": return [Envelope.result(Self.settings, id: id)]
        case "getLastInfo": return [Envelope.result(self.lastInfo, id: id)]
        case "putArmInfo":
            if let info = try? ArmInfo(call.params) { self.armInfos.append(info) }
            return [Envelope.result(PutResult.success, id: id)]
        case "putEvents": return self.put(call, id)
        case "putHosts", "putTriggers", "putItems", "putHistory": return [Envelope.result(PutResult.success, id: id)]
        default: return [Envelope.failure(.methodNotFound(call.method), id: id)]
        }
    }

    private func put(_ call: Message.Call, _ id: MessageID) -> [[UInt8]] {
        self.requests += 1
        let reaction = self.reactions.isEmpty ? .success : self.reactions.removeFirst()
        switch reaction {
        case .silence: return []
        case .failure: return [Envelope.result(PutResult.failure, id: id)]
        case .error(let error): return [Envelope.failure(error, id: id)]
        case .success: break
        }
        do {
            let batch = try EventBatch.decode(call.params).value
            for event in batch.events where !self.eventIDs.contains(event.eventId) {
                self.eventIDs.append(event.eventId)
                self.briefs.append(event.brief)
            }
            self.lastInfo = batch.envelope.lastInfo ?? self.lastInfo
            return [Envelope.result(PutResult.success, id: id)]
        } catch {
            return [Envelope.failure(.invalidParams(["\(error)"]), id: id)]
        }
    }

    private static let settings = MonitoringServerInfo(
        serverId: 1,
        url: "",
        type: ServerType(rawValue: "test"),
        nickName: "node",
        userName: "",
        password: "monitoring secret",
        pollingIntervalSec: 1,
        retryIntervalSec: 1,
        extendedInfo: ""
    )
}
