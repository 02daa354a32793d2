internal import ArgumentParser
internal import Daemon
internal import Gateway
internal import Glibc
internal import Logging
internal import ServiceLifecycle
internal import Store
internal import UnixSignals

/// `serve`: the consumer.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Consumes the queues of all registered monitoring servers, and serves the console.",
        discussion: """
            Logs `ready` and tells systemd so once the queues of every server have been tried, or after five seconds; the line says how
            many are connected, and the others are tried again and again. Servers that are added, changed or removed meanwhile are noticed within a second. SIGHUP reads certificates again. SIGTERM ends it:
            what has been read is committed and answered, the rest goes back to the brokers. While nobody can sign in to the
            console, a link that makes the first administrator is printed.

            Example: hatohol-server --data-dir /var/lib/hatohol serve
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Console") var console: ConsoleOptions

    @Option(name: .customLong("log-level"), help: "debug, info or warning.")
    var logLevel: String?

    @Flag(name: .customLong("text-search"), help: "Index the texts of events, so that rare ones are found at once.")
    var textSearch = false

    func validate() throws {
        guard self.logLevel.map({ ["debug", "info", "warning"].contains($0) }) ?? true else {
            throw ValidationError("--log-level is debug, info or warning.")
        }
    }

    func run() async throws {
        var settings = try self.common.settings()
        if let logLevel = self.logLevel { settings.logLevel = logLevel }
        if self.textSearch { settings.indexesText = true }
        let level = Logger.Level(rawValue: settings.logLevel) ?? .info
        LoggingSystem.bootstrap { _ in JournalLogHandler(level: level) }
        let logger = Logger(label: "hatohol-server")
        // A peer that goes away is an error of the call, not the end of the program.
        signal(SIGPIPE, SIG_IGN)
        // Until the services take these signals there is nothing to finish: an update of the store that is cut short is begun anew.
        for number in [SIGTERM, SIGINT] { signal(number) { _ in _exit(0) } }
        DescriptorLimit.raise()

        let directory = DataDirectory(path: settings.dataDirectory)
        try directory.create()
        try directory.lock()
        let store = try MonitoringStore(directory: directory.path)
        let gateway = Gateway(store: store, logger: logger) { readiness in
            logger.info(
                "ready",
                metadata: [
                    "data-dir": "\(directory.path)", "servers": "\(readiness.servers)",
                    "connected": "\(readiness.reached)",
                ]
            )
            ServiceManager.notify("READY=1")
        }
        let console = try self.console.console(store: store, in: directory.path, logger: logger)
        var services: [any Service] = [
            gateway, Reloading(gateway: gateway, console: console, logger: logger),
            Housekeeping(store: store, settings: settings, logger: logger),
            Indexing(store: store, indexesText: settings.indexesText, logger: logger),
        ]
        if let console { services.append(console) }
        services.append(EndNotice())
        var group = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "services") { _ in JournalLogHandler(level: .warning) }
        )
        // The services have shorter limits of their own; this one is for what none of them thought of.
        group.maximumGracefulShutdownDuration = .seconds(30)
        try await ServiceGroup(configuration: group).run()
        try store.close()
        logger.info("stopped")
    }
}
