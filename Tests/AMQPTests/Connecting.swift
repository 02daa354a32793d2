import AMQP
import Logging
import TestSupport
import Testing

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Opens a connection, lends it, and closes it.
func withConnection<Result>(
    _ configuration: ConnectionConfiguration,
    _ body: (Connection) async throws -> Result
) async throws -> Result {
    let connection = Connection(configuration: configuration, address: configuration.addresses[0], logger: quiet)
    try await connection.open()
    do {
        let result = try await body(connection)
        await connection.close()
        return result
    } catch {
        await connection.close()
        throw error
    }
}

/// Opens a connection and returns why it fails.
func openFailure(_ configuration: ConnectionConfiguration) async throws -> AMQPError {
    let connection = Connection(configuration: configuration, address: configuration.addresses[0], logger: quiet)
    do {
        try await connection.open()
    } catch {
        return error
    }
    await connection.close()
    throw TestFailure("the connection was opened")
}

extension Channel {
    /// The next events until one is what is looked for; the channel's other events are passed over.
    func first<Value>(_ match: (ChannelEvent) -> Value?) async throws -> Value {
        for try await event in self.events {
            if let value = match(event) { return value }
        }
        throw TestFailure("the channel has ended")
    }

    func nextDelivery() async throws -> Delivery {
        try await self.first { if case .delivery(let delivery) = $0 { delivery } else { nil } }
    }

    /// Waits until all messages up to a tag are confirmed.
    func waitForConfirm(of tag: UInt64) async throws {
        try await self.first { event in
            if case .confirmed(let confirmed, _) = event, confirmed >= tag { () } else { nil }
        }
    }
}
