internal import ArgumentParser
internal import Gateway
internal import JSONRPC
internal import Store

/// `fetch items`.
struct FetchItemsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "items",
        abstract: "Fetches the items with their last values.",
        discussion: "Example: hatohol-server fetch items 1 --host web1"
    )

    @OptionGroup var options: FetchOptions
    @Option(help: "Only of this host; repeatable.") var host: [String] = []

    func run() async throws {
        let hosts = self.host.isEmpty ? nil : self.host
        let store = try await self.options.perform(.fetchItems(hosts: hosts)).store
        let items = try await store.items(server: self.options.server)
        self.options.report(items.filter { hosts?.contains($0.item.hostID) ?? true }.count, "items")
    }
}

/// `fetch triggers`.
struct FetchTriggersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "triggers",
        abstract: "Fetches the triggers.",
        discussion: "Example: hatohol-server fetch triggers 1"
    )

    @OptionGroup var options: FetchOptions
    @Option(help: "Only of this host; repeatable.") var host: [String] = []

    func run() async throws {
        let hosts = self.host.isEmpty ? nil : self.host
        let store = try await self.options.perform(.fetchTriggers(hosts: hosts)).store
        let triggers = try await store.triggers(server: self.options.server).filter { !$0.isOwn }
        self.options.report(triggers.filter { hosts?.contains($0.trigger.hostID) ?? true }.count, "triggers")
    }
}

/// `fetch history`.
struct FetchHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Fetches past values of an item and prints them.",
        discussion: "Example: hatohol-server fetch history 1 --host web1 --item load --since 1d"
    )

    @OptionGroup var options: FetchOptions
    @Option(help: "The arm's id of the host.") var host: String
    @Option(help: "The arm's id of the item.") var item: String
    @Option(help: "From this time on; a time or an age.") var since: TimeArgument
    @Option(help: "Up to this time; default now.") var until: TimeArgument?

    func run() async throws {
        let (from, to) = (self.since.timestamp, self.until?.timestamp ?? .now)
        let command = ArmCommand.fetchHistory(host: self.host, item: self.item, from: from, to: to)
        let store = try await self.options.perform(command).store
        var output = Output()
        for sample in try await store.history(server: self.options.server, item: self.item, from: from, to: to) {
            if self.options.json {
                output.object { writer in
                    writer.member("time", "\(sample.time)")
                    writer.member("value", sample.value)
                }
            } else {
                output.line("\(sample.time)  \(sample.value.printable)")
            }
        }
    }
}

/// `fetch events`.
struct FetchEventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Fetches events on one side of a position of the arm's.",
        discussion: "Example: hatohol-server fetch events 1 --last-info '' --count 100 --older"
    )

    @OptionGroup var options: FetchOptions
    @Option(name: .customLong("last-info"), help: "The position, in the arm's form; default the one stored for events.")
    var lastInfo: String?
    @Option(help: "At most so many, 1 to 1000.") var count = 1000
    @Flag(help: "Older than the position instead of newer.") var older = false

    func validate() throws {
        guard (1...1000).contains(self.count) else { throw ValidationError("--count is 1 to 1000.") }
    }

    func run() async throws {
        let stored = try await self.options.common.openStore().lastInfo(.event, server: self.options.server)
        let command = ArmCommand.fetchEvents(lastInfo: self.lastInfo ?? stored, count: self.count, newer: !self.older)
        // What the arm puts by itself meanwhile is not counted.
        self.options.report(try await self.options.perform(command).records, "new events")
    }
}
