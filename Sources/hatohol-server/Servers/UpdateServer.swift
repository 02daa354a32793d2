internal import ArgumentParser
internal import Operations
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
        let change = try self.options.serverChange()
        let administration = Administration(of: try self.common.openStore(), by: .current)
        _ = try await self.options.naming { try await administration.changeServer(self.id, change) }
    }
}
