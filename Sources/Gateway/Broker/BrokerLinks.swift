internal import Logging
internal import Store

/// The connections in use, each open as long as a monitoring server needs it.
actor BrokerLinks {
    private struct Entry {
        let link: BrokerLink
        let task: Task<Void, Never>
        var users: Int
    }

    /// Monitoring servers on one connection; RabbitMQ allows 2047 channels.
    private static let capacity = 1000

    private let logger: Logger
    private var entries: [BrokerLink.Key: Entry] = [:]

    init(logger: Logger) { self.logger = logger }

    /// The link for a broker, made if there is none with room; give it back with ``release(_:)``.
    func acquire(_ broker: MonitoringServer.Broker) -> (key: BrokerLink.Key, link: BrokerLink) {
        var key = BrokerLink.Key(broker)
        while let entry = self.entries[key], entry.users >= Self.capacity { key.shard += 1 }
        if self.entries[key] == nil {
            let link = BrokerLink(key, logger: self.logger)
            self.entries[key] = Entry(link: link, task: Task { await link.run() }, users: 0)
        }
        guard var entry = self.entries[key] else { preconditionFailure("the entry was just made") }
        entry.users += 1
        self.entries[key] = entry
        return (key, entry.link)
    }

    /// Connects all anew, one after the other.
    func renew() async {
        for entry in self.entries.values { await entry.link.renew() }
    }

    /// Gives a link back; the last user closes the connection.
    func release(_ key: BrokerLink.Key) async {
        guard var entry = self.entries[key] else { return }
        entry.users -= 1
        self.entries[key] = entry.users == 0 ? nil : entry
        guard entry.users == 0 else { return }
        entry.task.cancel()
        await entry.task.value
    }
}
