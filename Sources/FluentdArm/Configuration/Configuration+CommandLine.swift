internal import ArmPlugin

extension Configuration {
    /// The files looked for when none is named: ours, then the one the original read.
    static let defaultFiles = ["/etc/hatohol/hap2-fluentd.conf", "/etc/hatohol/hap2.conf"]

    /// Resolves what was given: the password of the environment wins, then come the command line, the environment, the file.
    static func resolve(
        _ options: FluentdOptions,
        environment: [String: String],
        defaultFiles: [String] = Self.defaultFiles
    ) throws(SettingsError) -> Self {
        let commandLine = options.settings
        var settings = Settings()
        let file = commandLine.text("config") ?? defaultFiles.first(where: SmallFile.exists)
        if let file {
            settings = try Settings(file: file, wordLists: ["polling-targets"], aliases: ["p": "disable-poller"])
        }
        settings = settings.overridden(by: Settings(environment: environment))
            .overridden(by: commandLine)
            .overridden(by: Settings(passwordEnvironment: environment))
        return try Self(settings, file: file, environment: environment)
    }
}
