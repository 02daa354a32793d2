internal import ArgumentParser
internal import Operations
internal import Store

/// `hosts`.
struct Hosts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hosts",
        abstract: "Lists the monitored hosts.",
        discussion: "Example: hatohol-server hosts --server 1 --json"
    )

    @OptionGroup var common: CommonOptions
    @Option(help: "Only of the monitoring server with this id.") var server: Int64?
    @Flag(help: "Also those their arm no longer lists.") var all = false
    @Flag(help: "Print one JSON object per line.") var json = false

    func run() async throws {
        let hosts = try await self.common.openStore().hosts(server: self.server, includingRemoved: self.all)
        var output = Output()
        var table = Table(["SERVER", "ID", "NAME", "STATE", "GROUPS"])
        for host in hosts {
            if self.json {
                output.write(JSON(host).keeping(OldWords.host))
            } else {
                let groups = host.groups.joined(separator: ", ")
                table.add([
                    "\(host.server)", host.host.id.printable, host.host.name.printable, host.state.word,
                    groups.printable,
                ])
            }
        }
        if !self.json { for line in table.lines { output.line(line) } }
    }
}
