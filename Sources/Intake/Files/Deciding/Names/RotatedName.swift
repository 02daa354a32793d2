/// What the name of a file says of rotation: which log it belongs to, and what rotation put into the name.
///
/// Known are `app.log.1`, `app.log.old`, `app.log-20261121` and other dates (logrotate, newsyslog), `app.log.2026-11-21_13-00`,
/// `app-20261121.log` and `app.2026-11-21.log` (dates in front of the extension), each with `.gz` or without. A number alone counts
/// only behind a dot, and not behind another number: `node1.log`, `node-2.log` and `10.0.0.7` are logs of their own.
struct RotatedName: Hashable, Sendable {
    /// The path of the log while it is written; for names without a sign of rotation the path itself.
    let log: String
    /// The digits that rotation put in: a number that grows with age, or a date.
    let digits: String
    /// The file is compressed.
    let isCompressed: Bool
    /// The name is one that rotation gives.
    let isRotated: Bool

    private static let fewestDateDigits = 8
    private static let mostCounterDigits = 4

    init(path: String) {
        let directory = FilePattern.directory(of: path)
        let prefix = path.prefix(directory.count + (directory.isEmpty || directory == "/" ? 0 : 1))
        var name = path.dropFirst(prefix.count)
        self.isCompressed = name.hasSuffix(".gz")
        if self.isCompressed { name = name.dropLast(3) }
        let isOld = name.hasSuffix(".old")
        if isOld { name = name.dropLast(4) }
        let (stem, digits, end) = Self.parts(name)
        self.log = String(prefix + stem + end)
        self.digits = digits
        self.isRotated = isOld || self.isCompressed || !digits.isEmpty
    }

    /// Each rotation gives the file another name: a number grows, while a date stays.
    var isNumbered: Bool { self.isRotated && self.digits.count < Self.fewestDateDigits }

    /// Takes what rotation has put into a name out of it.
    private static func parts(_ name: Substring) -> (stem: Substring, digits: String, end: Substring) {
        if let (stem, digits) = self.withoutCounter(name) ?? self.withoutDate(name) { return (stem, digits, "") }
        guard let dot = name.lastIndex(of: "."), name[dot...].dropFirst().allSatisfy(\.isLetter),
            let (stem, digits) = self.withoutDate(name[..<dot])
        else { return (name, "", "") }
        return (stem, digits, name[dot...])
    }

    private static func withoutCounter(_ name: Substring) -> (Substring, String)? {
        guard let dot = name.lastIndex(of: "."), case let number = name[dot...].dropFirst(),
            (1...Self.mostCounterDigits).contains(number.count), number.allSatisfy(self.isDigit), dot > name.startIndex
        else { return nil }
        let rest = name[..<dot]
        if let (stem, date) = self.withoutDate(rest) { return (stem, date + number) }
        return rest.last.map(self.isDigit) == true ? nil : (rest, String(number))
    }

    private static func withoutDate(_ name: Substring) -> (Substring, String)? {
        let tail = name.reversed().prefix { self.isDigit($0) || "._-:".contains($0) }.count
        let run = name.suffix(tail)
        guard let separator = run.firstIndex(where: { !self.isDigit($0) }), separator > name.startIndex else {
            return nil
        }
        let digits = run[separator...].filter(self.isDigit)
        // Years, and seconds since 1970, begin with 1 or 2.
        guard digits.count >= Self.fewestDateDigits, let first = digits.first, "12".contains(first),
            self.isDigit(run[run.index(after: separator)]), run.last.map(self.isDigit) == true
        else { return nil }
        return (name[..<separator], String(digits))
    }

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
}
