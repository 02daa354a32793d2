internal import Glibc

/// Who did what, when: one line for each change, chained by SHA-256 so that a line changed or removed shows.
///
/// The chain proves nothing against someone who rewrites the whole file; keep a copy of the last hash elsewhere for that.
public struct AuditLog: Sendable {
    /// One line.
    public struct Entry: Sendable {
        /// Counts from 1.
        public let number: Int
        /// When.
        public let time: String
        /// The login name of whoever ran the command.
        public let user: String
        /// What was done, as in `sign`.
        public let action: String
        /// The circumstances, as in `serial=4CA2…`.
        public let circumstances: [(name: String, value: String)]
        /// Ties the line to all before it.
        public let hash: String

        /// Reads a line; nil for what is none.
        ///
        /// Whether the hash is right has not been looked at.
        init?(_ line: Substring) {
            guard let tab = line.lastIndex(of: "\t"), case let parts = line[..<tab].split(separator: "\t"),
                parts.count >= 4, let number = Int(parts[0])
            else { return nil }
            self.number = number
            self.time = String(parts[1])
            self.user = String(parts[2])
            self.action = String(parts[3])
            self.circumstances = Fields(parts.dropFirst(4)).pairs
            self.hash = String(line[line.index(after: tab)...])
        }

        /// The value of a circumstance; the last one of that name counts.
        subscript(name: String) -> String? { self.circumstances.last { $0.name == name }?.value }
    }

    let path: String
    private static let origin = String(repeating: "0", count: 64)
    private var file: AppendOnlyFile { AppendOnlyFile(path: self.path) }

    init(path: String) { self.path = path }

    func append(_ action: String, _ circumstances: [(name: String, value: String)], at time: Timestamp) throws {
        let last = try self.file.lastLine()
        let parts = last?.split(separator: "\t") ?? []
        let number = (parts.first.flatMap { Int($0) } ?? 0) + 1
        let previous = parts.last.map(String.init) ?? Self.origin
        let body = "\(number)\t\(time)\t\(Self.user)\t\(action)\t\(Fields(circumstances).line)"
        try self.file.append("\(body)\t\(Self.hash(body, after: previous))")
    }

    /// All lines that can be read as entries, whether or not the chain is whole.
    func entries() throws -> [Entry] { try self.file.lines().compactMap(Entry.init) }

    /// All entries; throws where the chain is broken.
    public func verified() throws -> [Entry] {
        var previous = Self.origin
        var entries: [Entry] = []
        for (index, line) in try self.file.lines().enumerated() {
            guard let entry = Entry(line), entry.number == index + 1,
                Self.hash(String(line.dropLast(entry.hash.count + 1)), after: previous) == entry.hash
            else {
                throw AuthorityError(
                    .damaged,
                    "checking the audit log",
                    "line \(index + 1) is not the one that was written",
                    advice: "compare \(self.path) with a backup"
                )
            }
            previous = entry.hash
            entries.append(entry)
        }
        return entries
    }

    func dropTornLine() throws { try self.file.dropTornLine() }

    private static func hash(_ body: String, after previous: String) -> String {
        Array((previous + "\n" + body).utf8).sha256.hexadecimal
    }

    /// The person behind `sudo`, if there is one.
    static var user: String {
        if let name = getenv("SUDO_USER") { return String(cString: name).sanitized }
        guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return "\(getuid())" }
        return String(cString: name)
    }
}
