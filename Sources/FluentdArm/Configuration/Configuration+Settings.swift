public import ArmPlugin
internal import Daemon
internal import Glibc
internal import Intake
internal import Logging
internal import Rules

extension Configuration {
    /// The command that is run when no source is named, as in the original.
    static let defaultLaunch = "/usr/sbin/td-agent --suppress-config-dump"

    /// Resolves settings.
    ///
    /// - Parameters:
    ///   - settings: command line over environment over file.
    ///   - file: the configuration file that was read.
    ///   - environment: tells where an ordinary user keeps state.
    /// - Throws: ``ArmPlugin/SettingsError`` that names the setting to change.
    public init(_ settings: Settings, file: String?, environment: [String: String]) throws(SettingsError) {
        self.broker = try BrokerSettings(settings, clientName: "hap2-fluentd")
        self.warnings = self.broker.warnings
        self.inputs = try Self.inputs(settings)
        self.syncsFiles = try settings.choice("sync-files", of: ["yes", "no"]) != "no"
        self.multiline = try Self.multiline(settings)
        self.tags = try Self.tags(settings)
        self.rules = try Self.rules(settings)
        self.forwardSharedKeyFile = settings.text("forward-shared-key-file")
        self.forwardUsersFile = settings.text("forward-users-file")
        if self.forwardUsersFile != nil, self.forwardSharedKeyFile == nil {
            throw settings.error("forward-users-file", "has no meaning without --forward-shared-key-file")
        }
        self.listenerTLS = try Self.listenerTLS(settings)
        self.peers = try Self.peers(settings)
        self.hostName = settings.text("host-name") ?? Self.machineName
        self.stateDirectory = settings.text("state-dir") ?? Self.defaultStateDirectory(environment)
        self.spoolLimit = try settings.size("spool-limit") ?? 1 << 30
        guard self.spoolLimit >= 1 << 20 else { throw settings.error("spool-limit", "is smaller than 1MiB") }
        let interval = try settings.integer("status-log-interval", in: 0...31_622_400) ?? 600
        self.statusInterval = interval == 0 ? nil : .seconds(interval)
        self.pidFile = Self.pidFile(settings)
        self.metricsAddress = settings.text("metrics")
        if let address = self.metricsAddress {
            do { _ = try ListeningAddress(address) } catch { throw settings.error("metrics", "\(error)") }
        }
        self.file = file
        self.log = try Self.log(settings, &self.warnings)
        try Self.checkLegacy(settings)
        for name in settings.names where !FluentdOptions.fileKeys.contains(name) {
            if case .file = settings[name]?.origin {
                self.warnings.append("\(settings.error(name, "is not a setting of hap2-fluentd and is ignored"))")
            }
        }
    }

    private static func inputs(_ settings: Settings) throws(SettingsError) -> [Input] {
        var inputs: [Input] = []
        let patterns = settings.list("tail")
        let from = try settings.choice("from", of: ["beginning", "end"])
        if !patterns.isEmpty { inputs.append(.files(patterns: patterns, fromBeginning: from == "beginning")) }
        if try settings.flag("stdin") { inputs.append(.standardInput) }
        inputs += settings.list("syslog").map(Input.syslog) + settings.list("forward").map(Input.forward)
        if let command = settings.text("fluentd-launch") {
            inputs.append(.fluentd(command: command))
        } else if inputs.isEmpty {
            inputs.append(.fluentd(command: Self.defaultLaunch))
        }
        return inputs
    }

    private static func multiline(_ settings: Settings) throws(SettingsError) -> MultilineSettings? {
        let flush = try settings.integer("multiline-flush", in: 1...3600)
        guard let start = settings.text("multiline-start") else {
            if flush != nil { throw settings.error("multiline-flush", "has no meaning without --multiline-start") }
            return nil
        }
        let hasStandardInput = try settings.flag("stdin")
        guard hasStandardInput || !settings.list("tail").isEmpty else {
            throw settings.error("multiline-start", "joins lines of --tail and --stdin; neither is given")
        }
        do {
            return MultilineSettings(start: try Pattern(start), flush: .seconds(flush ?? 2))
        } catch {
            throw settings.error("multiline-start", "'\(start)' is not a regular expression: \(error)")
        }
    }

    private static func listenerTLS(_ settings: Settings) throws(SettingsError) -> TLSFiles? {
        let clients = try settings.choice("listen-tls-clients", of: TLSFiles.Clients.allCases.map(\.rawValue))
        let authorities = settings.text("listen-tls-ca")
        guard let certificate = settings.text("listen-tls-cert"), let key = settings.text("listen-tls-key") else {
            for name in ["listen-tls-cert", "listen-tls-key", "listen-tls-ca", "listen-tls-clients"]
            where settings.text(name) != nil {
                throw settings.error(name, "needs both --listen-tls-cert and --listen-tls-key")
            }
            return nil
        }
        if let clients, clients != "none", authorities == nil {
            throw settings.error("listen-tls-clients", "'\(clients)' needs --listen-tls-ca")
        }
        return TLSFiles(
            certificate: certificate,
            key: key,
            authorities: authorities,
            clients: clients.flatMap(TLSFiles.Clients.init(rawValue:))
        )
    }

    private static func peers(_ settings: Settings) throws(SettingsError) -> PeerLimits {
        var limits = PeerLimits()
        if let seconds = try settings.integer("listen-patience", in: PeerLimits.patienceRange) {
            limits.patience = seconds
        }
        if let number = try settings.integer("listen-newcomers", in: PeerLimits.newcomersRange) {
            limits.newcomers = number
        }
        limits.proxies = Set(settings.list("trusted-proxy"))
        if let wrong = limits.proxies.sorted().first(where: { !PeerNetwork.isAddress($0) }) {
            throw settings.error("trusted-proxy", "'\(wrong)' is not an IP address")
        }
        return limits
    }

    private static func tags(_ settings: Settings) throws(SettingsError) -> [String] {
        let patterns = settings.list("tag")
        for pattern in patterns {
            do {
                _ = try Regex(pattern)
            } catch {
                throw settings.error("tag", "'\(pattern)' is not a regular expression: \(error)")
            }
        }
        return patterns.isEmpty ? [#"^hatohol\..*"#] : patterns
    }

    private static func rules(_ settings: Settings) throws(SettingsError) -> RuleSet? {
        guard let path = settings.text("rules") else { return nil }
        let text = try SmallFile.text(of: path)
        do {
            return try RuleSet(reading: text)
        } catch {
            throw SettingsError(place: path, reason: error.problems.map(\.description).joined(separator: "; "))
        }
    }

    private static func log(_ settings: Settings, _ warnings: inout [String]) throws(SettingsError) -> LogSettings {
        var log = LogSettings()
        if let path = settings.text("log-conf") {
            let file = try PythonLogging(contentsOf: path)
            log.level = file.level ?? log.level
            log.path = file.path
            warnings += file.notes
        }
        let levels = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
        if let name = try settings.choice("log", of: levels) {
            log.level = PythonLogging.level(name) ?? log.level
        }
        if let name = try settings.choice("log-format", of: LogSettings.Format.allCases.map(\.rawValue)) {
            log.format = LogSettings.Format(rawValue: name) ?? .text
        }
        return log
    }

    /// Options of the original that change nothing here are still checked, so that a slip does not go unnoticed.
    private static func checkLegacy(_ settings: Settings) throws(SettingsError) {
        _ = try settings.flag("disable-poller")
        let targets = ["hosts", "host_groups", "host_group_membership", "triggers", "events"]
        for target in settings.list("polling-targets") where !targets.contains(target) {
            throw settings.error("polling-targets", "'\(target)' is not one of \(targets.joined(separator: ", "))")
        }
        _ = try settings.choice("transporter", of: ["RabbitMQHapiConnector"])
    }

    private static func pidFile(_ settings: Settings) -> String? {
        guard let directory = settings.text("pid-file-dir") else { return nil }
        return "\(directory)/hatohol-arm-plugin-\(settings.text("server-id") ?? "fluentd")"
    }

    private static func defaultStateDirectory(_ environment: [String: String]) -> String {
        let system = "/var/lib/hatohol/hap2-fluentd"
        if geteuid() == 0 || access(system, W_OK) == 0 { return system }
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/hatohol/hap2-fluentd" }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return system }
        return home + "/.local/state/hatohol/hap2-fluentd"
    }

    private static var machineName: String {
        var name = [CChar](repeating: 0, count: 256)
        let isKnown = name.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { gethostname($0, buffer.count - 1) == 0 } ?? false
        }
        guard isKnown else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
