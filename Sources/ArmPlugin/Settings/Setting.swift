/// Values somebody has given to one setting, and where.
public struct Setting: Hashable, Sendable {
    /// Where a setting was made.
    public enum Origin: Hashable, Sendable {
        /// An option on the command line.
        case commandLine
        /// An environment variable.
        case environment(variable: String)
        /// A line of a configuration file, counted from 1.
        case file(path: String, line: Int)
    }

    /// The values in the order they were given; only repeatable settings have more than one.
    public var values: [String]
    /// Where they were given.
    public var origin: Origin

    /// Creates a setting.
    public init(values: [String], origin: Origin) {
        self.values = values
        self.origin = origin
    }

    /// The place of a setting as people look for it: `--amqp-port`, `HAPI_AMQP_PORT`, `hap2.conf:12: amqp_port`.
    func place(name: String) -> String {
        switch self.origin {
        case .commandLine: "--\(name)"
        case .environment(let variable): variable
        case .file(let path, let line): "\(path):\(line): \(name.replacing("-", with: "_"))"
        }
    }
}
