internal import ArgumentParser
internal import JSONRPC
internal import Store

/// `arm messages`.
struct ArmMessages: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "messages",
        abstract: "Shows messages of an arm that were put aside because nobody could use them, the newest first.",
        discussion: "Example: hatohol-server arm messages 1 --limit 3"
    )

    @OptionGroup var common: CommonOptions
    @Argument(help: "The monitoring server's id.") var server: Int64
    @Option(help: "At most so many.") var limit = 20
    @Flag(help: "Print one JSON object per line, with the whole message.") var json = false

    func run() async throws {
        let messages = try await self.common.openStore().putAside(server: self.server, limit: self.limit)
        var output = Output()
        for message in messages {
            let body = String(decoding: message.body, as: UTF8.self)
            if self.json {
                output.object { writer in
                    writer.member("id", message.id)
                    writer.member("received", "\(message.received)")
                    writer.member("reason", message.reason)
                    writer.member("size", message.size)
                    writer.member("body", body)
                }
            } else {
                output.line("\(message.received)  \(message.size) bytes  \(message.reason.printable)")
                output.line("    \(String(body.prefix(200)).printable)")
            }
        }
    }
}
