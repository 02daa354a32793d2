internal import AMQP

/// A configuration file in the dialect of Python's `SafeConfigParser`, which the original programs read.
///
/// Sections in brackets; `key = value` or `key: value`, keys in any case; comments start a line with `#` or `;`, or follow
/// a blank and `;`; a line that starts with a blank continues the value before it; `%%` is a percent sign and
/// `%(key)s` stands for another value. Unlike there, a lone `%` is taken as it is.
public struct INIFile: Hashable, Sendable {
    /// A value and the line it starts on, counted from 1.
    public struct Entry: Hashable, Sendable {
        /// The value; lines that continue it are joined by newlines.
        public var value: String
        /// Where it starts.
        public var line: Int
    }

    /// The path, for messages.
    public let path: String
    private var sections: [String: [String: Entry]] = [:]

    /// Reads a file of at most 1 MiB.
    public init(contentsOf path: String) throws(SettingsError) {
        try self.init(parsing: SmallFile.text(of: path), path: path)
    }

    /// Reads a text.
    ///
    /// - Throws: ``SettingsError`` with the path and the line.
    public init(parsing text: String, path: String) throws(SettingsError) {
        self.path = path
        var section: String?
        var key: String?
        for (index, rawLine) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            // A path or a name would end there for the system, and a file in UTF-16 is full of them.
            guard !rawLine.utf8.contains(0) else {
                throw self.error("there is a zero byte: write the file as UTF-8", index + 1)
            }
            let line = rawLine.last == "\r" ? rawLine.dropLast() : rawLine
            let content = line.trimmingSpaces
            guard let first = line.first, !content.isEmpty, first != "#", first != ";" else { continue }
            if first.isWhitespace, let section, let key {
                self.sections[section]?[key]?.value += "\n" + content
            } else if content.first == "[" {
                section = try Self.sectionName(content, self.place(index + 1))
                key = nil
                if let section, self.sections[section] == nil { self.sections[section] = [:] }
            } else {
                guard let section else { throw self.error("a setting stands before the first [section]", index + 1) }
                guard let (name, value) = Self.assignment(content) else {
                    throw self.error("'\(content.prefix(40))' is neither a [section] nor key = value", index + 1)
                }
                key = name
                self.sections[section]?[name] = Entry(value: value, line: index + 1)
            }
        }
    }

    /// The values of a section, over those of `[DEFAULT]`; `nil` if there is no such section.
    public func section(_ name: String) -> [String: Entry]? {
        guard let own = self.sections[name] else { return nil }
        let entries = (self.sections["DEFAULT"] ?? [:]).merging(own) { _, winner in winner }
        return entries.mapValues { Entry(value: Self.interpolate($0.value, entries, depth: 0), line: $0.line) }
    }

    private func place(_ line: Int) -> String { "\(self.path):\(line)" }

    private func error(_ reason: String, _ line: Int) -> SettingsError {
        SettingsError(place: self.place(line), reason: reason)
    }

    private static func sectionName(_ content: Substring, _ place: String) throws(SettingsError) -> String {
        guard let end = content.firstIndex(of: "]"), content.index(after: content.startIndex) < end else {
            throw SettingsError(place: place, reason: "']' is missing after the name of the section")
        }
        return String(content[content.index(after: content.startIndex)..<end])
    }

    private static func assignment(_ content: Substring) -> (key: String, value: String)? {
        guard let separator = content.firstIndex(where: { $0 == "=" || $0 == ":" }), separator > content.startIndex
        else { return nil }
        let key = content[..<separator].trimmingSpaces.lowercased()
        var value = content[content.index(after: separator)...]
        if let semicolon = value.firstIndex(of: ";"), semicolon > value.startIndex,
            value[value.index(before: semicolon)].isWhitespace
        {
            value = value[..<semicolon]
        }
        value = value.trimmingSpaces
        return (key, value == "\"\"" ? "" : String(value))
    }

    private static func interpolate(_ text: String, _ entries: [String: Entry], depth: Int) -> String {
        guard text.contains("%"), depth < 10 else { return text }
        var result = ""
        var rest = text[...]
        while let percent = rest.firstIndex(of: "%") {
            result += rest[..<percent]
            rest = rest[percent...].dropFirst()
            if rest.first == "%" {
                result += "%"
                rest = rest.dropFirst()
            } else if rest.first == "(", let end = rest.firstRange(of: ")s"),
                let entry = entries[rest[..<end.lowerBound].dropFirst().lowercased()]
            {
                result += self.interpolate(entry.value, entries, depth: depth + 1)
                rest = rest[end.upperBound...]
            } else {
                result += "%"
            }
        }
        return result + rest
    }
}
