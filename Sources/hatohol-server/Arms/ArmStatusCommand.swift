internal import ArgumentParser
internal import Operations
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
        let more: KeyValuePairs<String, JSON> = [
            "procedures": JSON(status.link?.procedures ?? []), "lastStatus": JSON(status.report?.status.word),
            "reported": JSON(status.report?.received),
        ]
        self.write(JSON(status).adding(more).keeping(OldWords.arm))
    }
}
