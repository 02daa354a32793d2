/// The names that one file has had, and the names that its rotations, copies and archives can have.
///
/// A file that begins like another one is often no copy of it: two logs may begin with the same lines. So the name has to fit as well.
/// Rotation appends to the name of a log (`app.log` becomes `app.log.1`, `app.log-20261130`, `app.log.1.gz`), or puts something in front
/// of its extension (`app-2026-11-30T17-48-00.932.log`, `app.1.log`, `app_1.log`).
struct LogNames: Hashable, Sendable {
    private static let fewestDateDigits = 8

    /// Under these keys a file with these names is found by ``keys(ofOriginalsOf:)``: its paths, the targets of symbolic links among
    /// them, and the names of the logs of which these are rotations.
    private(set) var keys: Set<String> = []

    init(_ paths: String...) {
        for path in paths { self.insert(path) }
    }

    /// Adds a path; returns whether it is new.
    @discardableResult
    mutating func insert(_ path: String) -> Bool {
        guard self.keys.insert(path).inserted else { return false }
        let name = RotatedName(path: path)
        // A date stays when files are rotated again, so `app-20261129.log` has nothing to do with `app-20261130.log`. A number grows.
        if name.digits.count < Self.fewestDateDigits { self.keys.insert(Self.logKey(name.log)) }
        return true
    }

    /// Adds the names that the same file had before.
    mutating func formUnion(_ others: LogNames) { self.keys.formUnion(others.keys) }

    /// A file with this name can be a copy of one that has these names, or what became of it.
    func canHaveBecome(_ path: String) -> Bool { !self.keys.isDisjoint(with: Self.keys(ofOriginalsOf: path)) }

    /// The keys of files of which a file with this name can be a copy or an archive, the likeliest first.
    static func keys(ofOriginalsOf path: String) -> [String] {
        let rotated = RotatedName(path: path)
        let whole = rotated.isCompressed ? String(path.dropLast(3)) : path
        let directory = FilePattern.directory(of: whole)
        let separator = directory.isEmpty || directory == "/" ? 0 : 1
        let start = whole.utf8.index(whole.startIndex, offsetBy: directory.utf8.count + separator)
        let name = whole[start...]
        let end = name.lastIndex(of: ".").map { name[$0...] }.flatMap {
            $0.dropFirst().allSatisfy(\.isLetter) ? $0 : nil
        }
        var keys = rotated.isCompressed ? [whole] : []
        for index in name.indices.dropFirst().reversed() where !name[index].isLetter && !name[index].isNumber {
            let prefix = whole[..<index]
            keys.append(String(prefix))
            if let end, index != end.startIndex { keys.append(String(prefix + end)) }
        }
        // What was `app.log.1` when it was seen last may be `app.log.2` by now.
        if rotated.isRotated { keys += [rotated.log, Self.logKey(rotated.log)] }
        return keys.filter { $0 != path }
    }

    private static func logKey(_ log: String) -> String { "\(log)\0" }
}
