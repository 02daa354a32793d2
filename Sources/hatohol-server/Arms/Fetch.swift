internal import ArgumentParser
internal import Gateway
internal import Store

/// `fetch`: asks an arm, by way of the running server.
struct Fetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Asks an arm for data and waits until they are stored.",
        subcommands: [
            FetchItemsCommand.self, FetchHistoryCommand.self, FetchTriggersCommand.self, FetchEventsCommand.self,
        ]
    )
}

/// What all fetches have.
struct FetchOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions
    @Argument(help: "The monitoring server's id.") var server: Int64
    @Option(help: "Seconds to wait for the data, 1 to 3600.") var timeout = 60
    @Flag(help: "Print one JSON object per line.") var json = false

    func validate() throws {
        guard (1...3600).contains(self.timeout) else { throw ValidationError("--timeout is 1 to 3600.") }
    }

    /// Hands the command over and waits; gives the store, and how many records came, of events how many were new.
    func perform(_ command: ArmCommand) async throws -> (store: MonitoringStore, records: Int) {
        let store = try self.common.openStore()
        _ = try await store.server(self.server)
        guard DataDirectory(path: try self.common.settings().dataDirectory).isServed else {
            throw CommandError("fetch", "no server is running on this data directory", "start `hatohol-server serve`")
        }
        let answer = try await self.answer(to: command, store)
        guard answer.succeeded else { throw CommandError("fetch", answer.text, "see `hatohol-server arm status`") }
        return (store, Int(answer.text) ?? 0)
    }

    private func answer(to command: ArmCommand, _ store: MonitoringStore) async throws -> CommandAnswer {
        let deadline = Timestamp(nanoseconds: Timestamp.now.nanoseconds + Int64(self.timeout) * 1_000_000_000)
        let changes = store.changes()
        let id = try await store.submit(
            command.name,
            arguments: command.arguments,
            server: self.server,
            deadline: deadline
        )
        let waiting = Task {
            for await _ in changes {
                if let answer = try await store.answer(to: id) { return answer }
            }
            return CommandAnswer(succeeded: false, text: "the server did not answer in time")
        }
        let watchdog = Task {
            try await Task.sleep(for: .seconds(self.timeout + 5))
            waiting.cancel()
        }
        defer { watchdog.cancel() }
        return try await waiting.value
    }

    /// Says how many records are there now.
    func report(_ records: Int, _ what: String) {
        var output = Output()
        if self.json { output.object { $0.member("count", Int64(records)) } } else { output.line("\(records) \(what)") }
    }
}
