internal import AMQP
internal import HAPI
internal import JSONRPC
internal import Logging
public import Store

/// Plays one side of a queue pair for whoever develops the other, and shows every message.
///
/// Answers by itself what must be answered: as a server `SUCCESS` to every put, as an arm `SUCCESS` to every fetch; nothing is stored.
public struct Probe: Sendable {
    /// Whose part is played.
    public enum Part: String, Sendable, CaseIterable {
        case arm
        case server
    }

    /// A message seen, or something that happened.
    public enum Line: Sendable {
        case sent(String)
        case received(String)
        case note(String)
    }

    private let part: Part
    private let broker: MonitoringServer.Broker
    private let show: @Sendable (Line) -> Void

    /// Makes a probe; `show` is called with each message in the order of the wire.
    public init(part: Part, broker: MonitoringServer.Broker, show: @escaping @Sendable (Line) -> Void) {
        self.part = part
        self.broker = broker
        self.show = show
    }

    /// Exchanges profiles, then sends what comes from `input`, until the connection breaks or the task is cancelled.
    ///
    /// A line of input is a whole message, if it begins with a brace, or a method and its params. Throws an error whose
    /// description names the stage that failed.
    public func run(input: AsyncStream<String>) async throws {
        let configuration = try BrokerLink.Key(self.broker).configuration()
        let logger = Logger(label: "probe") { _ in SwiftLogNoOpLogHandler() }
        let connection = Connection(configuration: configuration, address: configuration.addresses[0], logger: logger)
        try await connection.open()
        let channel = try await connection.openChannel(confirms: false)
        for queue in [self.incoming, self.outgoing] {
            _ = try await channel.declareQueue(queue, as: QueueType(rawValue: self.broker.queueType) ?? .durable)
        }
        try await channel.consume(self.incoming, prefetch: 16)
        self.show(.note("connected to \(connection.address), reading \(self.incoming), writing \(self.outgoing)"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.answer(on: channel) }
            group.addTask {
                try await self.send(Self.profile(self.part).request(id: .number(1)), on: channel)
                for await line in input { try await self.send(Self.message(line), on: channel) }
            }
            try await group.waitForAll()
        }
        await connection.close()
    }

    private var queues: QueuePair { QueuePair(base: self.broker.queue) }
    private var incoming: String { self.part == .server ? self.queues.toServer : self.queues.toArm }
    private var outgoing: String { self.part == .server ? self.queues.toArm : self.queues.toServer }

    private func answer(on channel: Channel) async throws {
        for try await event in channel.events {
            guard case .delivery(let delivery) = event else { continue }
            self.show(.received(String(decoding: delivery.body, as: UTF8.self)))
            switch Message(parsing: delivery.body, invalidUTF8: .repair) {
            case .request(let call, let id): try await self.send(self.reply(to: call, id), on: channel)
            case .malformed(let malformed): self.show(.note("that is no message: \(malformed.error)"))
            case .notification, .result, .failure: break
            }
            try await channel.acknowledge(delivery.tag, multiple: false)
        }
    }

    private func reply(to call: Message.Call, _ id: MessageID) -> [UInt8] {
        switch Procedure(method: call.method) {
        case .exchangeProfile: Envelope.result(Self.profile(self.part), id: id)
        case .getMonitoringServerInfo: Envelope.result(MonitoringServerInfo(self.example), id: id)
        case .getLastInfo: Envelope.result("", id: id)
        case nil: Envelope.failure(.methodNotFound(call.method), id: id)
        default: Envelope.result(PutResult.success, id: id)
        }
    }

    private func send(_ body: [UInt8], on channel: Channel) async throws {
        _ = try await channel.publish(body, to: self.outgoing, messageID: "probe")
        self.show(.sent(String(decoding: body, as: UTF8.self)))
    }

    private var example: MonitoringServer {
        MonitoringServer(id: 1, nickname: "probe", type: ServerType.fluentd.rawValue, broker: self.broker)
    }

    private static func profile(_ part: Part) -> Profile {
        let offered =
            switch part {
            case .server: Procedure.offeredByServer
            case .arm: Procedure.allCases.filter { $0.direction != .toServer }
            }
        return Profile(name: "hatohol-server probe", offering: offered)
    }

    /// `putEvents {"events":[]}` becomes a request; what begins with a brace is sent as it is.
    static func message(_ line: String) -> [UInt8] {
        guard !line.hasPrefix("{") else { return Array(line.utf8) }
        let parts = line.split(separator: " ", maxSplits: 1)
        let params = parts.count > 1 ? Array(parts[1].utf8) : Array(#""""#.utf8)
        let id = MessageID.number(.random(in: 2...0x7FFF_FFFF))
        return Envelope.request(method: parts.first.map(String.init) ?? "", params: params, id: id)
    }
}
