import Testing

/// Where a log is written and rotated, and by which path it is followed.
enum LogLayout: String, CaseIterable, Sendable {
    /// It is followed where it is written.
    case plain
    /// Through a link in another directory, as `/var/log/containers` leads to `/var/log/pods`.
    case linkedFile
    /// Through a link to a link.
    case chainOfLinks
    /// Through a link to the directory.
    case linkedDirectory

    /// Those in which a pattern can match the rotated files too, as they lie beside the path by which the log is followed.
    static let besideRotations: [LogLayout] = [.plain, .linkedDirectory]
}

/// A layout, and whether the pattern ends in `*`, so that it matches the rotated files where they lie beside the log.
struct LogVariation: Hashable, Sendable, CustomTestStringConvertible {
    var layout: LogLayout
    var isWild: Bool

    static let all = LogLayout.allCases.flatMap { layout in
        [false, true].map { LogVariation(layout: layout, isWild: $0) }
    }

    var testDescription: String { "\(self.layout.rawValue)\(self.isWild ? " *" : "")" }
}
