internal import ArgumentParser
internal import Store

/// `server list`.
struct ListServers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the monitoring servers.",
        discussion: "Example: hatohol-server server list --json"
    )

    @OptionGroup var common: CommonOptions
    @Flag(help: "Print one JSON object per line.") var json = false

    func run() async throws {
        // Before the first server there is no store, and so there is nothing to list.
        let servers = try await self.common.openStore(creating: true).servers()
        var output = Output()
        if self.json {
            for server in servers { output.write(server) }
        } else {
            var table = Table(["ID", "NICKNAME", "QUEUE", "BROKER"])
            for server in servers {
                table.add([
                    "\(server.id)", server.nickname.printable, server.broker.queue.printable,
                    "\(server.broker.url)".printable,
                ])
            }
            for line in table.lines { output.line(line) }
        }
    }
}
