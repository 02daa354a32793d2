internal import ArgumentParser
internal import Operations
internal import Store

/// `items`.
struct Items: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "items",
        abstract: "Lists the items and their last values.",
        discussion: "Example: hatohol-server items --server 1; `fetch items` asks the arm for new ones"
    )

    @OptionGroup var common: CommonOptions
    @Option(help: "Only of the monitoring server with this id.") var server: Int64?
    @Flag(help: "Print one JSON object per line.") var json = false

    func run() async throws {
        let items = try await self.common.openStore().items(server: self.server)
        var output = Output()
        var table = Table(["SERVER", "HOST", "ID", "VALUE", "TIME", "BRIEF"])
        for stored in items {
            let item = stored.item
            if self.json {
                output.write(JSON(stored).keeping(OldWords.item))
            } else {
                table.add([
                    "\(stored.server)", item.hostID.printable, item.id.printable,
                    "\(item.lastValue) \(item.unit)".printable,
                    item.lastValueTime.description.dropLast(11) + "Z", item.brief.printable,
                ])
            }
        }
        if !self.json { for line in table.lines { output.line(line) } }
    }
}
