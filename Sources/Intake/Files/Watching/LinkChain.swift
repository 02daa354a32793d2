internal import Glibc

/// Where a symbolic link leads, over any number of further links.
struct LinkChain {
    /// As many links as the kernel follows.
    private static let mostLinks = 40

    /// The path of what is no link any more.
    private(set) var target: String
    /// The directories of all links behind the first, and that of the target: there the links and the target can be replaced.
    private(set) var directories: Set<String> = []

    /// Follows the links as they are now.
    init(_ path: String) {
        self.target = path
        for _ in 0..<Self.mostLinks {
            guard let next = Self.link(self.target) else { return }
            let directory = FilePattern.directory(of: self.target)
            let isRelative = !next.hasPrefix("/") && !directory.isEmpty
            self.target = isRelative ? (directory == "/" ? "/" : directory + "/") + next : next
            self.directories.insert(FilePattern.directory(of: self.target))
        }
    }

    private static func link(_ path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer -> String? in
            guard let start = buffer.baseAddress else { return nil }
            let count = RawPath.with(path) { readlink($0, start, buffer.count) }
            return count > 0 ? RawPath.text(UnsafeRawBufferPointer(start: start, count: count)) : nil
        }
    }
}
