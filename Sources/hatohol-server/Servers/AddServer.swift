internal import ArgumentParser
internal import JSONRPC
internal import Operations
internal import Store

/// `server add`.
struct AddServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Registers a monitoring server and prints its id.",
        discussion: """
            Example: hatohol-server server add --nickname node1 --queue node1 \\
                --broker-url amqps://broker.example.com/hatohol --tls-ca ca-cert.pem --tls-cert client-cert.pem --tls-key key.pem
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Server") var options: ServerOptions
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard self.options.nickname != nil, self.options.brokerURL != nil, self.options.queue != nil else {
            throw ValidationError("--nickname, --broker-url and --queue are needed.")
        }
    }

    func run() async throws {
        let change = try self.options.serverChange()
        let administration = Administration(of: try self.common.openStore(creating: true), by: .current)
        let id = try await self.options.naming { try await administration.addServer(change).id }
        var output = Output()
        if self.json { output.object { $0.member("id", id) } } else { output.line("\(id)") }
    }
}
