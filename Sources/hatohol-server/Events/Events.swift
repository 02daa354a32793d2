internal import ArgumentParser

/// `events`: what has happened.
struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Shows what has happened.",
        subcommands: [ListEvents.self, TailEvents.self, CountEvents.self, ExportEvents.self]
    )
}
