internal import ArgumentParser
internal import Console
internal import Store

/// `server update`.
struct UpdateServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Changes a monitoring server; what is not named stays.",
        discussion: """
            The arm is told at once when something changes that concerns it.

            Example: hatohol-server server update 1 --polling-interval 60
            """
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: "The server's id.") var id: Int64
    @OptionGroup(title: "Server") var options: ServerOptions

    func run() async throws {
        let store = try self.common.openStore()
        let old = try await store.server(self.id)
        var server = old
        try self.options.apply(to: &server)
        let audit = CommandLineActor.current.audit("server.change", before: old, after: server)
        try await store.update(server, audit: audit)
    }
}
