internal import ArgumentParser
internal import Console
internal import Store

/// `server remove`.
struct RemoveServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Removes a monitoring server and everything that came from it.",
        discussion: """
            Its data is deleted in small steps, here or, if this command is interrupted, by the running server. Its id is never used again.

            Example: hatohol-server server remove 3
            """
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: "The server's id.") var id: Int64

    func run() async throws {
        let store = try self.common.openStore()
        let server = try await store.server(self.id)
        try await store.remove(self.id, audit: CommandLineActor.current.audit("server.remove", before: server))
        _ = try await store.purgeRemovedServers()
    }
}
