internal import ArgumentParser
internal import JSONRPC
internal import Store

/// `arm status`.
struct ArmStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows contact with each arm and its last report.",
        discussion: "Example: hatohol-server arm status"
    )

    @OptionGroup var common: CommonOptions
    @Option(help: "Only of the monitoring server with this id.") var server: Int64?
    @Flag(help: "Print one JSON object per line.") var json = false

    func run() async throws {
        let all = try await self.common.openStore().armStatus()
        let isServed = DataDirectory(path: try self.common.settings().dataDirectory).isServed
        if !isServed {
            Warning.print("no server is running on this data directory; this is how things were when it ended")
        }
        var output = Output()
        var table = Table(["SERVER", "NICKNAME", "LINK", "SINCE", "ARM", "EXCHANGE", "REPORT", "DETAIL"])
        for status in all where self.server.map({ $0 == status.server }) ?? true {
            if self.json { output.write(status) } else { table.add(Self.row(status)) }
        }
        if !self.json { for line in table.lines { output.line(line) } }
    }

    private static func row(_ status: ArmStatus) -> [String] {
        let reason = status.report.map { $0.status == .ng ? $0.failureReason : "" } ?? ""
        let detail = [status.link?.detail ?? "", reason].filter { !$0.isEmpty }.joined(separator: "; ")
        return [
            "\(status.server)", status.nickname.printable, status.link?.state.word ?? "unknown",
            status.link.map { $0.since.description.dropLast(11) + "Z" } ?? "-", (status.link?.peer ?? "-").printable,
            status.link?.exchange.map { $0.isEmpty ? "default" : $0.printable } ?? "-",
            status.report?.status.word ?? "-", detail.printable,
        ]
    }
}

extension Output {
    fileprivate mutating func write(_ status: ArmStatus) {
        self.object { writer in
            writer.member("server", status.server)
            writer.member("nickname", status.nickname)
            writer.member("link", optional: status.link?.state.word)
            writer.member("since", optional: status.link.map { "\($0.since)" })
            writer.member("detail", optional: status.link?.detail)
            writer.member("exchange", optional: status.link?.exchange)
            writer.member("arm", optional: status.link?.peer)
            writer.member("procedures", list: status.link?.procedures ?? [])
            writer.member("lastStatus", optional: status.report?.status.word)
            writer.member("failureReason", optional: status.report?.failureReason)
            writer.member("lastSuccessTime", optional: status.report?.lastSuccess.map { "\($0)" })
            writer.member("lastFailureTime", optional: status.report?.lastFailure.map { "\($0)" })
            writer.member("numSuccess", status.report?.successes ?? 0)
            writer.member("numFailure", status.report?.failures ?? 0)
            writer.member("reported", optional: status.report.map { "\($0.received)" })
            writer.member("putAside", status.putAside)
        }
    }
}
