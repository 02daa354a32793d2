/// The names that logrotate(8) gives to rotated files, written down anew from its manual so that the follower is not its own judge.
enum LogrotateName {
    /// Whether `path` is what rotation makes of the name of a log: `app.log.1`, `app.log-20261130`, `app-20261130.log` (with
    /// `extension`), each with `.gz` or without.
    static func isRotation(_ path: String, of log: String) -> Bool {
        guard World.directory(of: path) == World.directory(of: log), path != log else { return false }
        let path = path.hasSuffix(".gz") ? path.dropLast(3) : path[...]
        if path.hasPrefix(log) { return path == log || self.isSign(path.dropFirst(log.count), isAtEnd: true) }
        guard let dot = log.lastIndex(of: "."), case let end = log[dot...], path.hasPrefix(log[..<dot]),
            path.hasSuffix(end),
            path.count > log.count
        else { return false }
        return self.isSign(path.dropFirst(log[..<dot].count).dropLast(end.count), isAtEnd: false)
    }

    /// `.1` at the end of the name, or a date.
    private static func isSign(_ sign: Substring, isAtEnd: Bool) -> Bool {
        let digits = sign.dropFirst()
        guard !digits.isEmpty, digits.allSatisfy({ "0123456789".contains($0) }) else {
            return isAtEnd && sign == ".old"
        }
        return sign.first == "." && digits.count <= 4 && isAtEnd
            || "-.".contains(sign.first ?? " ") && digits.count == 8
    }
}
