import Glibc
import Logging
import Testing

@testable import Intake

/// A directory of the test's own with one log in it, and the means to follow that.
struct LogSite {
    let directory = TemporaryDirectory()
    /// Where the log is written and rotated.
    let path: String
    /// The path by which it is followed.
    let followed: String
    private let isWild: Bool
    /// The last link on the way from the one to the other.
    private let link: String?

    /// Makes the directories and links; the log itself is written by the test.
    init(_ layout: LogLayout = .plain, name: String = "app.log", isWild: Bool = false) {
        self.isWild = isWild
        let directory = self.directory
        for name in ["pods", "docker", "containers"] where layout != .plain { mkdir(directory.file(name), 0o755) }
        switch layout {
        case .plain:
            self.path = directory.file(name)
            self.followed = self.path
            self.link = nil
        case .linkedFile:
            self.path = directory.file("pods/0.log")
            self.followed = directory.file("containers/\(name)")
            symlink("../pods/0.log", self.followed)
            self.link = self.followed
        case .chainOfLinks:
            self.path = directory.file("docker/0-json.log")
            self.followed = directory.file("containers/\(name)")
            self.link = directory.file("pods/0.log")
            symlink(self.path, directory.file("pods/0.log"))
            symlink("../pods/0.log", self.followed)
        case .linkedDirectory:
            self.path = directory.file("pods/\(name)")
            self.followed = directory.file("current/\(name)")
            self.link = directory.file("current")
            symlink("pods", directory.file("current"))
        }
    }

    init(_ variation: LogVariation, name: String = "app.log") {
        self.init(variation.layout, name: name, isWild: variation.isWild)
    }

    /// Follows the log; `positions` are what an earlier run has stored.
    func tail(
        from start: FileTail.Start = .beginning,
        resuming positions: [SourcePosition] = [],
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        change: (inout FileTail.Configuration) -> Void = { _ in }
    ) throws -> FileTail {
        var configuration = FileTail.Configuration(patterns: [self.followed + (self.isWild ? "*" : "")])
        configuration.start = start
        change(&configuration)
        return try FileTail(configuration, resumingFrom: positions, logger: logger)
    }

    /// Writes a file anew.
    func write(_ bytes: [UInt8], to path: String) { LogWriter(path, flags: O_TRUNC).write(bytes) }

    /// Copies the log as it is now.
    func copy(to path: String) throws { LogWriter(path).write(try self.contents()) }

    /// Has the last link lead to another file, in a directory of its own, and returns the path of that.
    func switchLink(beginning text: String) -> String? {
        guard let link = self.link else { return nil }
        let directory = self.directory.file("next")
        let next = "\(directory)/\(self.path.split(separator: "/").last ?? "")"
        mkdir(directory, 0o755)
        LogWriter(next).write(text)
        symlink(link == self.directory.file("current") ? directory : next, link + ".new")
        rename(link + ".new", link)
        return next
    }

    private func contents() throws -> [UInt8] {
        let descriptor = open(self.path, O_RDONLY)
        defer { close(descriptor) }
        return try #require(OpenFile.bytes(of: descriptor, from: 0, count: 1 << 20))
    }
}

/// Numbered lines, as they stand in a file.
func numberedText(_ numbers: Range<Int>) -> String { numbers.map { "line number \($0)\n" }.joined() }

/// Numbered lines, as they are delivered.
func numberedLines(_ numbers: Range<Int>) -> [String] { numbers.map { "line number \($0)" } }
