internal import ArgumentParser

struct LegacyOptions: OptionTable {
    @Flag(name: [.customShort("p"), .long], help: .hidden)
    var disablePoller = false

    @Option(parsing: .upToNextOption, help: .hidden)
    var pollingTargets: [String] = []

    @Option(help: .hidden)
    var transporter: String?

    @Option(help: .hidden)
    var pluginPath: String?

    var table: [(String, [String])] {
        [
            ("disable-poller", Self.flag(self.disablePoller)), ("polling-targets", self.pollingTargets),
            ("transporter", Self.single(self.transporter)), ("plugin-path", Self.single(self.pluginPath)),
        ]
    }
}
