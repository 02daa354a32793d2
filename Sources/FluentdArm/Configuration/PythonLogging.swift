internal import ArmPlugin
internal import Logging

/// What is honoured of a Python logging file (`--log-conf`): the level of the logger `hatohol` and the file it writes.
struct PythonLogging {
    /// The level, if one is set that means something here.
    private(set) var level: Logger.Level?
    /// The file, if a handler writes one.
    private(set) var path: String?
    /// What is in the file and not honoured.
    private(set) var notes: [String] = []

    init(contentsOf path: String) throws(SettingsError) {
        try self.init(INIFile(contentsOf: path))
    }

    init(_ file: INIFile) throws(SettingsError) {
        let names = file.section("loggers")?["keys"]?.value.split(separator: ",").map { $0.trimming } ?? []
        let sections = names.compactMap { file.section("logger_\($0)") }
        guard let logger = sections.first(where: { $0["qualname"]?.value == "hatohol" }) ?? file.section("logger_root")
        else { throw SettingsError(place: file.path, reason: "has neither a logger hatohol nor a root logger") }
        if let name = logger["level"]?.value {
            self.level = Self.level(name)
            if self.level == nil, name != "NOTSET" { self.notes.append("\(file.path): level \(name) is unknown") }
        }
        for name in logger["handlers"]?.value.split(separator: ",").map({ $0.trimming }) ?? [] where !name.isEmpty {
            self.add(handler: name, file)
        }
    }

    static func level(_ name: String) -> Logger.Level? {
        switch name {
        case "DEBUG": .debug
        case "INFO": .info
        case "WARNING", "WARN": .warning
        case "ERROR": .error
        case "CRITICAL", "FATAL": .critical
        default: nil
        }
    }

    private mutating func add(handler name: String, _ file: INIFile) {
        let section = file.section("handler_\(name)")
        let kind = section?["class"]?.value.split(separator: ".").last.map(String.init) ?? ""
        let arguments = section?["args"]?.value ?? ""
        if kind.hasSuffix("FileHandler"), let path = Self.firstString(in: arguments), self.path == nil {
            self.path = path
        } else if kind != "StreamHandler" {
            self.notes.append("\(file.path): handler \(name) (\(kind)) is not honoured, the log goes to standard error")
        }
    }

    /// The first string literal of a Python tuple, as in `('/var/log/arm.log', 'a')`.
    private static func firstString(in arguments: String) -> String? {
        guard let start = arguments.firstIndex(where: { $0 == "'" || $0 == "\"" }) else { return nil }
        let rest = arguments[arguments.index(after: start)...]
        guard let end = rest.firstIndex(of: arguments[start]), end > rest.startIndex else { return nil }
        return String(rest[..<end])
    }
}

extension Substring {
    fileprivate var trimming: String {
        var text = self.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
