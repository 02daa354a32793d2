internal import ArgumentParser
internal import HAPI
internal import Operations
internal import Store

/// `server show`.
struct ShowServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one monitoring server; never its passwords.",
        discussion: "Example: hatohol-server server show 1"
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: "The server's id.") var id: Int64
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let server = try await self.common.openStore().server(self.id)
        var output = Output()
        if self.json { return output.write(server) }
        var table = Table(["id", "\(server.id)"])
        table.add(["nickname", server.nickname.printable])
        table.add(["type", "\(ServerType(rawValue: server.type))"])
        table.add(["broker", "\(server.broker.url)".printable])
        table.add(["queue", "\(server.broker.queue.printable) (\(server.broker.queueType))"])
        table.add(["arm's user", server.broker.armUser?.printable ?? "anybody"])
        table.add(["TLS authority", server.broker.certificateAuthority ?? "the system's"])
        table.add(["TLS certificate", server.broker.certificate ?? "none"])
        table.add(["TLS key", server.broker.key ?? "none"])
        table.add(["TLS verification", server.broker.verifiesPeer ? "peer" : "none"])
        table.add(["polling interval", "\(server.settings.pollingInterval) s"])
        table.add(["retry interval", "\(server.settings.retryInterval) s"])
        table.add(["monitored URL", server.settings.url.printable])
        table.add(["user name", server.settings.userName.printable])
        table.add(["password", server.settings.password.isEmpty ? "none" : "***"])
        table.add(["extended info", server.settings.extendedInfo.printable])
        for line in table.lines { output.line(line) }
    }
}

extension Output {
    /// One server as JSON, without its passwords.
    mutating func write(_ server: MonitoringServer) {
        let told: KeyValuePairs<String, JSON> = [
            "url": .string(server.settings.url), "userName": .string(server.settings.userName),
        ]
        self.write(JSON(server).adding(told).keeping(OldWords.server))
    }
}
