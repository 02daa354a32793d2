internal import ArgumentParser

/// `server`: the registered monitoring servers.
struct Servers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server",
        abstract: "Registers monitoring servers: where events come from.",
        subcommands: [AddServer.self, ListServers.self, ShowServer.self, UpdateServer.self, RemoveServer.self]
    )
}
