internal import ArgumentParser

/// `db`: the store's file.
struct DatabaseCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db",
        abstract: "Checks, saves and trims the store.",
        subcommands: [BackUpDatabase.self, RestoreDatabase.self, CheckDatabase.self, PruneDatabase.self]
    )
}
