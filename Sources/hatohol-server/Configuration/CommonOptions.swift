internal import ArgumentParser
internal import Store

/// The options every command has.
struct CommonOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Settings; default /etc/hatohol/hatohol.conf.", valueName: "file"))
    var config: String?

    @Option(name: .customLong("data-dir"), help: ArgumentHelp("Where the store is.", valueName: "dir"))
    var dataDirectory: String?

    /// The settings, from the command line, the environment, the file, in this order.
    func settings() throws -> Settings {
        var settings = try Settings.load(file: self.config)
        if let dataDirectory = self.dataDirectory { settings.dataDirectory = dataDirectory }
        return settings
    }

    /// Opens the store of the data directory; only commands that begin something make the directory.
    func openStore(creating: Bool = false) throws -> MonitoringStore {
        let directory = DataDirectory(path: try self.settings().dataDirectory)
        if creating { try directory.create() } else { try directory.requireStore() }
        return try MonitoringStore(directory: directory.path)
    }

    /// Moves these options from before the command to the end, where the parser looks for them.
    static func movedBehindCommand(_ arguments: [String]) -> [String] {
        var leading: [String] = []
        var rest = arguments[...]
        while let first = rest.first {
            if first == "--config" || first == "--data-dir" {
                leading += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else if first.hasPrefix("--config=") || first.hasPrefix("--data-dir=") {
                leading.append(first)
                rest = rest.dropFirst()
            } else {
                break
            }
        }
        guard !leading.isEmpty, !rest.isEmpty else { return arguments }
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return Array(rest[..<end]) + leading + Array(rest[end...])
    }
}
