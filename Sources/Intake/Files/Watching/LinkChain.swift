internal import Glibc

/// Where a path leads over symbolic links, those to directories on its way and links to links included.
struct LinkChain {
    /// As many links as the kernel follows.
    private static let mostLinks = 40

    /// The path with no link on its way; the path itself if there is none.
    private(set) var target: String
    /// The directories of all links, and that of the target: there the links and the target can be replaced.
    private(set) var directories: Set<String> = []

    /// Follows the links as they are now; a link that leads nowhere, or in a circle, is followed as far as that goes.
    init(_ path: String) {
        self.target = path
        var place = path.hasPrefix("/") ? "/" : ""
        var names = Self.names(of: path)
        var count = 0
        while let name = names.popLast() {
            guard name != ".." else {
                place = Self.parent(of: place)
                continue
            }
            let next = FilePattern.join(place, name)
            guard count < Self.mostLinks, let text = Self.link(next) else {
                place = next
                continue
            }
            count += 1
            self.directories.insert(place)
            if text.hasPrefix("/") { place = "/" }
            names += Self.names(of: text)
        }
        guard count > 0 else { return }
        self.target = place
        self.directories.insert(FilePattern.directory(of: place))
    }

    /// The names in a path, the last one first.
    private static func names(of path: String) -> [String] {
        path.split(separator: "/").filter { $0 != "." }.reversed().map(String.init)
    }

    /// The directory above one whose path has no links in it.
    private static func parent(of place: String) -> String {
        let isAbove = place.isEmpty || place == ".." || place.hasSuffix("/..")
        return isAbove ? FilePattern.join(place, "..") : FilePattern.directory(of: place)
    }

    private static func link(_ path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer -> String? in
            guard let start = buffer.baseAddress else { return nil }
            let count = RawPath.with(path) { readlink($0, start, buffer.count) }
            return count > 0 ? RawPath.text(UnsafeRawBufferPointer(start: start, count: count)) : nil
        }
    }
}
