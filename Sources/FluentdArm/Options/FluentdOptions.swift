internal import ArgumentParser
internal import ArmPlugin

/// The command line of `hap2-fluentd`: the options of the original with the same names, and our own.
///
/// Every value is taken as text, so that command line, environment and file are checked in one place.
struct FluentdOptions: ParsableArguments {
    @OptionGroup(title: "Configuration") var general: GeneralOptions
    @OptionGroup(title: "Broker") var broker: BrokerOptions
    @OptionGroup(title: "Sources (default: --fluentd-launch)") var sources: SourceOptions
    @OptionGroup(title: "Events and spool") var events: EventOptions
    @OptionGroup(title: "Instead of running") var modes: ModeOptions
    @OptionGroup(title: "Accepted for compatibility, without effect") var legacy: LegacyOptions

    private var tables: [any OptionTable] { [self.general, self.broker, self.sources, self.events, self.legacy] }

    /// What was given, as settings.
    var settings: Settings {
        var settings = Settings()
        for (name, values) in self.tables.flatMap(\.table) { settings.set(name, to: values, origin: .commandLine) }
        return settings
    }

    /// The names of the settings that a configuration file may hold.
    static let fileKeys: Set<String> = {
        // The empty command line is always valid.
        let options = try? Self.parse([])
        return Set(options?.tables.flatMap(\.table).map(\.0) ?? []).subtracting(["config"])
    }()

    /// The long options there are.
    static var names: Set<String> {
        self.fileKeys.union(["config", "help", "version"]).union(ModeOptions.names)
    }

    /// The long options that the original had; an abbreviation means one of these first.
    static let originalNames: Set<String> = [
        "help", "config", "log", "log-conf", "disable-poller", "polling-targets", "status-log-interval", "transporter",
        "amqp-broker", "amqp-port", "amqp-vhost", "amqp-queue", "amqp-user", "amqp-password", "amqp-ssl-key",
        "amqp-ssl-cert", "amqp-ssl-ca", "fluentd-launch", "tag",
    ]
}

/// Options whose values are settings: the long name and what was given.
protocol OptionTable: ParsableArguments {
    var table: [(String, [String])] { get }
}

extension OptionTable {
    static func flag(_ isSet: Bool) -> [String] { isSet ? ["True"] : [] }
    static func single(_ value: String?) -> [String] { value.map { [$0] } ?? [] }
}
