internal import Logging
internal import Store

/// The connections in use, each open as long as a monitoring server needs it.
actor BrokerLinks {
    private struct Entry {
        let link: BrokerLink
        let task: Task<Void, Never>
        var users = 0
        var capacity = BrokerLinks.capacity
    }

    /// Monitoring servers on one connection, of which RabbitMQ allows 2047 channels unless it is told otherwise.
    private static let capacity = 1000

    private let logger: Logger
    private var entries: [BrokerLink.Key: Entry] = [:]

    init(logger: Logger) { self.logger = logger }

    /// The link for a broker, made if there is none with room; give it back with ``release(_:)``.
    func acquire(_ broker: MonitoringServer.Broker) -> (key: BrokerLink.Key, link: BrokerLink) {
        self.acquire(like: BrokerLink.Key(broker))
    }

    private func acquire(like key: BrokerLink.Key) -> (key: BrokerLink.Key, link: BrokerLink) {
        var key = key
        key.shard = 0
        while let entry = self.entries[key], entry.users >= entry.capacity { key.shard += 1 }
        var entry = self.entries[key] ?? self.open(key)
        entry.users += 1
        self.entries[key] = entry
        return (key, entry.link)
    }

    private func open(_ key: BrokerLink.Key) -> Entry {
        let link = BrokerLink(key, logger: self.logger)
        return Entry(link: link, task: Task { await link.run() })
    }

    /// Changes to another connection to the same broker, because this one carries no more channels.
    func leaveFull(_ key: BrokerLink.Key) async -> (key: BrokerLink.Key, link: BrokerLink) {
        // Whoever leaves had no channel. When all have left that have none, this is how many the broker allows.
        if var entry = self.entries[key] {
            entry.capacity = min(entry.capacity, max(1, entry.users - 1))
            self.entries[key] = entry
        }
        let next = self.acquire(like: key)
        await self.release(key)
        return next
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
