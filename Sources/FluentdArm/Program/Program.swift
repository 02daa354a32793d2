internal import ArgumentParser
internal import ArmPlugin
internal import Daemon
internal import Escaping
internal import Glibc
internal import Logging

/// The program `hap2-fluentd`, without its name and its process.
public enum Program {
    /// Runs and returns the exit status: 0 done, 1 failed, 64 wrong usage.
    ///
    /// - Parameter arguments: those of the process, the program's name first.
    /// - Returns: the exit status.
    public static func run(arguments: [String] = CommandLine.arguments) async -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        EarlyEnd.allow()
        DescriptorLimit.raise()
        do {
            let options = try FluentdCommand.parseOptions(Array(arguments.dropFirst()))
            return try await self.run(options)
        } catch let error as UsageError {
            self.fail("\(error.description.singleLine); see hap2-fluentd --help")
            return 64
        } catch let error as SettingsError {
            self.fail(error.description)
            return error.isUsage ? 64 : 1
        } catch  where FluentdCommand.exitCode(for: error).isSuccess {
            print(FluentdCommand.fullMessage(for: error))
            return 0
        } catch {
            self.fail("\(error)")
            return 1
        }
    }

    private static func run(_ options: FluentdOptions) async throws -> Int32 {
        if options.modes.isQuestion { EarlyEnd.forbid() }
        if options.modes.checkConfig { return ConfigurationCheck().run(options) ? 0 : 1 }
        let configuration = try Configuration.resolve(options, environment: Environment.current)
        if options.modes.testConnection { return await ConnectionTest(configuration).run() ? 0 : 1 }
        if options.modes.status {
            return StatusRequest(stateDirectory: configuration.stateDirectory).run(asJSON: options.modes.json) ? 0 : 1
        }
        if options.modes.explain {
            Explanation(configuration).run(asJSON: options.modes.json)
            return 0
        }
        let output = try LogOutput(configuration.log)
        let logger = Logger(label: "hap2-fluentd") { _ in LineLogHandler(configuration.log, output: output) }
        for warning in configuration.warnings + SourceInspection(configuration).warnings {
            logger.warning("\(warning)")
        }
        let resolve = { @Sendable in try Configuration.resolve(options, environment: Environment.current) }
        try await Agent(configuration: configuration, resolve: resolve, output: output, logger: logger).run()
        return 0
    }

    private static func fail(_ reason: String) {
        let line = Array("hap2-fluentd: \(reason.singleLine)\n".utf8)
        write(STDERR_FILENO, line, line.count)
    }
}

extension String {
    /// The text with line breaks and other control characters as blanks.
    var singleLine: String { self.escaped(for: .terminalLine) }
}
