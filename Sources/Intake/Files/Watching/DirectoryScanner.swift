/// Looks at the directories of the patterns.
struct DirectoryScanner {
    /// A directory that changes all the time is taken as it is after so many looks.
    private static let maximumLooks = 50

    private let patterns: [FilePattern]
    private var markers: PatternMarkers

    /// Finds the markers of the patterns among all stored positions.
    init(_ patterns: [FilePattern], _ positions: [SourcePosition]) {
        self.patterns = patterns
        self.markers = PatternMarkers(positions)
    }

    /// Fills in the files of a scan, and returns the listing that they are from.
    ///
    /// Lists until what is listed holds still. A directory that is read while names move shows some files twice and others not at
    /// all; a file that is missed comes too late, behind its successor, or is taken for deleted. What a family knows already is
    /// listed once.
    func list(into scan: inout DirectoryScan, for family: FileFamily, _ files: FollowedFiles) -> DirectoryListing {
        var listing = self.list()
        files.watch(directories: listing.directories)
        scan.files = listing.files
        guard family.isSurprised(by: scan) else { return listing }
        for _ in 0..<Self.maximumLooks {
            let again = self.list()
            let isSame = again.agrees(with: listing)
            listing = again
            scan.files = again.files
            if isSame {
                scan.isSettled = listing.isComplete
                return listing
            }
        }
        scan.isSettled = false
        return listing
    }

    private func list() -> DirectoryListing {
        DirectoryListing(self.patterns, known: self.markers.known, closed: self.markers.closed)
    }

    /// What is to be stored of the patterns when they are followed, see ``PatternMarkers``.
    mutating func takeMarkers(_ listing: DirectoryListing) -> [SourcePosition] {
        self.markers.note(self.patterns, listing)
    }
}
