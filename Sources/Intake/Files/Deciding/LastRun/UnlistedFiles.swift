/// Known files that the look did not show, found beside their old names.
///
/// They were renamed to names that no pattern matches: while nothing followed them, or while they were closed for want of
/// descriptors, or as copies.
enum UnlistedFiles {
    /// Adds them to what the look showed.
    static func list(in decision: inout FileDecision) {
        var directories: Set<String> = []
        for member in decision.files.all
        where decision.listed[member.file.identity] == nil && self.isSought(member, in: decision) {
            for path in [member.tag, member.file.path, member.file.target] {
                directories.insert(FilePattern.directory(of: path))
            }
        }
        for directory in directories.sorted() {
            for file in decision.inquiry.neighbours(in: directory) where decision.listed[file.identity] == nil {
                guard let member = decision.files[file.identity], self.isSought(member, in: decision) else { continue }
                decision.listed[file.identity] = file
            }
        }
    }

    private static func isSought(_ member: FileMember, in decision: FileDecision) -> Bool {
        if member.isStored { return !decision.unwanted.contains(member.file.identity) }
        if member.isCopy { return !member.file.isMatched }
        return member.isFollowed && decision.scan.followed[member.file.identity] == nil
    }
}
