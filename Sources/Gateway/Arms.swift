internal import Logging
internal import Store

/// The monitoring servers being served, each by a task of its own.
actor Arms {
    struct Entry {
        var server: MonitoringServer
        let runner: ArmRunner
        let task: Task<Void, Never>
    }

    private let store: MonitoringStore
    private let logger: Logger
    private let links: BrokerLinks
    private var entries: [MonitoringServer.ID: Entry] = [:]
    /// Those that have been told to end and have not yet; they keep up only who takes their place.
    private(set) var ending: [Entry] = []
    private let endPatience: Duration
    private var revision: Int64?
    private var lastCommand: Int64 = 0

    /// Serves nobody yet; `endPatience` is how long an arm that is no longer registered may finish what it has begun.
    init(store: MonitoringStore, links: BrokerLinks, logger: Logger, endPatience: Duration = .seconds(5)) {
        self.store = store
        self.logger = logger
        self.links = links
        self.endPatience = endPatience
    }

    /// Does what the registry says, if it says something new.
    func update() async throws {
        let revision = try await self.store.registryRevision()
        guard revision != self.revision else { return }
        let servers = try await self.store.servers()
        let registered = Dictionary(uniqueKeysWithValues: servers.map { ($0.id, $0) })
        for (id, entry) in self.entries where registered[id]?.broker != entry.server.broker {
            self.entries[id] = nil
            self.end(entry)
        }
        for server in servers {
            if var entry = self.entries[server.id] {
                guard entry.server != server else { continue }
                entry.server = server
                self.entries[server.id] = entry
                entry.runner.inbox.put(.session(.settingsChanged(server)))
            } else {
                self.entries[server.id] = self.start(server)
            }
        }
        self.revision = revision
    }

    /// Waits until the queues of every server have been tried once, but no longer than that; says how many were reached.
    func firstAttempts(patience: Duration) async -> Gateway.Readiness {
        let attempts = self.entries.values.map(\.runner.firstAttempt)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for attempt in attempts { await attempt.wait() } }
            // Cancelled as soon as the others are done.
            group.addTask { try? await Task.sleep(for: patience) }
            await group.next()
            group.cancelAll()
        }
        return Gateway.Readiness(
            servers: attempts.count,
            reached: attempts.count { $0.succeeded == true }
        )
    }

    /// Hands the commands of other processes to the arms they are for.
    func takeCommands() async throws {
        for command in try await self.store.commands(after: self.lastCommand) {
            self.lastCommand = max(self.lastCommand, command.id)
            let patience = Duration.nanoseconds(command.deadline.nanoseconds - ArmShell.now.wall.nanoseconds)
            guard patience > .zero else { continue }
            if let entry = self.entries[command.server], let kind = FetchRequest.Kind(command) {
                let request = FetchRequest(id: command.id, kind: kind, patience: patience)
                entry.runner.inbox.put(.session(.fetch(request)))
            } else {
                self.answer(command.id, .failed("this server does not know what to do with \(command.name)"))
            }
        }
    }

    /// Lets each arm finish what it has begun, then ends it.
    func stop(patience: Duration) async {
        let entries = Array(self.entries.values) + self.ending
        self.entries = [:]
        for entry in entries { entry.runner.inbox.put(.stop) }
        let watchdog = Task {
            try await Task.sleep(for: patience)
            self.logger.warning("shutdown takes too long; what is not committed will be delivered again")
            for entry in entries { entry.task.cancel() }
        }
        for entry in entries { await entry.task.value }
        watchdog.cancel()
    }

    private func start(_ server: MonitoringServer) -> Entry {
        var logger = self.logger
        logger[metadataKey: "server"] = "\(server.id)"
        logger[metadataKey: "nickname"] = "\(server.nickname)"
        let runner = ArmRunner(server: server, store: self.store, links: self.links, logger: logger) { id, outcome in
            Task { await self.answer(id, outcome) }
        }
        // Two at the same queue would disturb the order of its messages, and two for one server that of their notes.
        let predecessors = self.ending.filter {
            $0.server.id == server.id || $0.server.broker.queue == server.broker.queue
        }
        let task = Task {
            for predecessor in predecessors { await predecessor.task.value }
            await runner.run()
        }
        return Entry(server: server, runner: runner, task: task)
    }

    /// Lets an arm finish what it has begun, without waiting for it.
    private func end(_ entry: Entry) {
        self.ending.append(entry)
        entry.runner.inbox.put(.stop)
        let watchdog = Task {
            try await Task.sleep(for: self.endPatience)
            entry.task.cancel()
        }
        Task {
            await entry.task.value
            watchdog.cancel()
            self.ending.removeAll { $0.task == entry.task }
        }
    }

    private func answer(_ id: FetchRequest.ID, _ outcome: FetchOutcome) {
        Task {
            let now = ArmShell.now.wall
            do {
                switch outcome {
                case .stored(let count):
                    try await self.store.answer(id, succeeded: true, text: "\(count)", now: now)
                case .failed(let reason): try await self.store.answer(id, succeeded: false, text: reason, now: now)
                }
            } catch {
                self.logger.warning("cannot answer a command", metadata: ["reason": "\(error)"])
            }
        }
    }
}
