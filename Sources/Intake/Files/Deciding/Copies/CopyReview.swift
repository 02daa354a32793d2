/// Looks again at the files that were taken for copies, when they have changed or have waited for long.
///
/// A copy is made in pieces, and its original grows meanwhile; so what looked like a copy may turn out to be a file of its own.
struct CopyReview {
    private let file: ListedFile
    private let copy: FileMember.CopyState
    private let original: FileMember
    /// It was a copy for so long that the operator has to know.
    private let isDue: Bool

    static func reviewAll(in decision: inout FileDecision) {
        for member in decision.files.sorted(where: \.isCopy) {
            let identity = member.file.identity
            // One copy may have been taken because of another one.
            guard let copy = decision.files[identity]?.copy, let file = decision.listed[identity] else { continue }
            guard let original = decision.files[copy.original], original.isFollowed else {
                decision.files.remove(identity)  // a newcomer again
                continue
            }
            let isDue = !copy.isReported && decision.now - copy.since > decision.configuration.copyPatience
            guard file.size != copy.size || isDue else { continue }
            Self(file: file, copy: copy, original: original, isDue: isDue).review(in: &decision)
        }
    }

    private func review(in decision: inout FileDecision) {
        guard !decision.restarted.contains(self.copy.original) else { return }
        switch decision.integrity(of: self.copy.original) {
        case .intact: break
        case .rewritten(let position):
            return Truncation(of: self.copy.original, at: position).restart(in: &decision)
        case .rewrittenAndBusy, nil: return
        }
        switch decision.inquiry.comparison(of: self.file, with: self.original.file) {
        case .equal, .beginning: self.confirm(in: &decision)
        case .different: decision.files.remove(self.file.identity)  // a newcomer again
        case .unfinished, nil: return
        }
    }

    private func confirm(in decision: inout FileDecision) {
        let isShort = self.file.size < Fingerprint.window && !self.file.isCompressed
        var copy = self.copy
        copy.size = self.file.size
        if self.isDue, isShort {
            // Both live on, and few bytes are equal by chance: two files.
            decision.act(.report(.perhapsCopy(path: self.file.path, original: self.original.file.path)))
            return decision.readCopy(self.file, tag: self.original.tag)
        }
        if self.isDue {
            copy.isReported = true
            decision.act(.report(.copy(path: self.file.path, original: self.original.file.path)))
        }
        decision.files.setState(.copy(copy), of: self.file.identity)
    }
}
