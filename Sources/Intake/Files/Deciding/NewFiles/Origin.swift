/// Whether a file holds what a followed one holds.
enum Origin: Hashable, Sendable {
    /// It holds lines of its own.
    case own
    /// Everything in it is read from another file.
    case copy(of: FileIdentity)
    /// That cannot be told before the next look.
    case notKnown

    /// Compares a file with the followed ones whose names fit.
    static func of(_ file: ListedFile, in decision: inout FileDecision) -> Origin {
        for original in decision.originals(of: file) where !decision.restarted.contains(original) {
            switch decision.integrity(of: original) {
            case .intact: break
            case .rewritten(let position):
                Truncation(of: original, at: position).restart(in: &decision)
                // The rest of the old contents may be read from this very file by now.
                if let member = decision.files[file.identity], member.state != .undecided { return .notKnown }
                continue
            case .rewrittenAndBusy, nil: return .notKnown
            }
            guard let with = decision.files[original]?.file else { continue }
            guard let comparison = decision.inquiry.comparison(of: file, with: with) else { return .notKnown }
            if comparison.proves(copy: file) { return .copy(of: original) }
            if comparison == .unfinished, !decision.isOutOfPatience(file) { return .notKnown }
        }
        return .own
    }
}
