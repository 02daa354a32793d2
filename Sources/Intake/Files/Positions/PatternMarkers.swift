/// What is stored of the patterns themselves: which were followed before, and which directories could not be listed then.
///
/// With ``FileTail/Start/end`` a file is old if it may have been there when its pattern was followed for the first time. Of a directory that
/// could not be listed then nobody knows what was in it, until it is listed for the first time.
struct PatternMarkers {
    private static let patternPrefix = "tail:"
    private static let closedPrefix = "closed:"
    /// So many directories that cannot be listed are remembered.
    private static let mostClosed = 1024

    /// Patterns that were followed before.
    private(set) var known: Set<String>
    /// Directories that could not be listed so far.
    private(set) var closed: Set<String>
    private var isFirst = true

    /// Finds its own among all stored positions.
    init(_ positions: [SourcePosition]) {
        let keys = positions.map(\.key)
        self.known = Set(keys.compactMap { Self.text(of: $0, behind: Self.patternPrefix) })
        self.closed = Set(keys.compactMap { Self.text(of: $0, behind: Self.closedPrefix) })
    }

    /// Notes that the patterns are followed, and returns what is to be stored.
    mutating func note(_ patterns: [FilePattern], _ listing: DirectoryListing) -> [SourcePosition] {
        var changes: [SourcePosition] = []
        let new = patterns.map(\.text).filter { !self.known.contains($0) }
        if !new.isEmpty {
            for directory in listing.refused.keys.sorted() where self.closed.count < Self.mostClosed {
                guard self.closed.insert(directory).inserted else { continue }
                changes.append(SourcePosition(key: Self.closedPrefix + directory, value: [1]))
            }
        }
        for directory in self.closed.sorted() where listing.hasListed(directory) {
            self.closed.remove(directory)
            changes.append(SourcePosition(key: Self.closedPrefix + directory, value: []))
        }
        // The markers of all patterns are stored once in each run: programs before this one may have left some out.
        if self.isFirst || !new.isEmpty {
            changes += patterns.map { SourcePosition(key: Self.patternPrefix + $0.text, value: [1]) }
        }
        self.isFirst = false
        self.known.formUnion(new)
        return changes
    }

    private static func text(of key: String, behind prefix: String) -> String? {
        key.hasPrefix(prefix) ? String(key.dropFirst(prefix.count)) : nil
    }
}
