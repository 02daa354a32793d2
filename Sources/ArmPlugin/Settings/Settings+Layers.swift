extension Settings {
    /// Reads the section `[hap2]` of a configuration file.
    ///
    /// A key is the name of the long option with `_` for `-`. Keys nobody knows are kept: ask ``names`` for them. A key without
    /// a value counts as absent.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - wordLists: names whose value is a list of words; all others are lists of lines.
    ///   - aliases: other names of a setting, such as `p` for `disable-poller`.
    /// - Throws: ``SettingsError`` with the file, and the line where one is at fault.
    public init(
        file path: String,
        wordLists: Set<String> = [],
        aliases: [String: String] = [:]
    ) throws(SettingsError) {
        self.init()
        guard let section = try INIFile(contentsOf: path).section("hap2") else {
            throw SettingsError(place: path, reason: "has no section [hap2]")
        }
        for (key, entry) in section {
            let name = key.replacing("_", with: "-")
            let setting = aliases[name] ?? name
            let values =
                wordLists.contains(setting)
                ? entry.value.split(whereSeparator: \.isWhitespace) : entry.value.split(separator: "\n")
            self.set(setting, to: values.map(String.init), origin: .file(path: path, line: entry.line))
        }
    }

    /// Reads the variables of the original's control script: `HAPI_AMQP_HOST`, `_PORT`, `_USER`, `_QUEUE`, `_VHOST`.
    ///
    /// Empty ones count as absent. The password has its own rule, see ``init(passwordEnvironment:)``.
    public init(environment: [String: String]) {
        self.init()
        let variables = [
            "HAPI_AMQP_HOST": "amqp-broker", "HAPI_AMQP_PORT": "amqp-port", "HAPI_AMQP_USER": "amqp-user",
            "HAPI_AMQP_QUEUE": "amqp-queue", "HAPI_AMQP_VHOST": "amqp-vhost",
        ]
        for (variable, name) in variables {
            guard let value = environment[variable], !value.isEmpty else { continue }
            self.set(name, to: [value], origin: .environment(variable: variable))
        }
    }

    /// Reads `HAPI_AMQP_PASSWORD`, which wins over every other place.
    public init(passwordEnvironment environment: [String: String]) {
        self.init()
        guard let password = environment["HAPI_AMQP_PASSWORD"], !password.isEmpty else { return }
        self.set("amqp-password", to: [password], origin: .environment(variable: "HAPI_AMQP_PASSWORD"))
    }
}
