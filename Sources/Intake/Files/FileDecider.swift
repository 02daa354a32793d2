/// Has a ``FileFamily`` decide, and answers what it asks from the files as they are.
struct FileDecider {
    private let files: FollowedFiles
    private let troubles: TroubleReports

    init(_ files: FollowedFiles, _ troubles: TroubleReports) {
        self.files = files
        self.troubles = troubles
    }

    /// What follows from an event.
    ///
    /// Returns `nil`, and nothing is decided, if a file of the `scan` is asked about that has another name by now: what is decided
    /// without it would be out of order. Without a scan it is decided in any case.
    func decide(_ event: FileEvent, for family: inout FileFamily, unlessMovedIn scan: DirectoryScan?) -> [FileAction]? {
        var answers: [FileQuestion: FileAnswer] = [:]
        let now = ContinuousClock.now
        while true {
            switch family.handle(event, answers: answers, at: now) {
            case .ask(let questions):
                for question in questions {
                    let (answer, moved) = self.answer(question, of: family)
                    if let moved, let scan, Self.wasSeen(moved, in: scan, answers.values) { return nil }
                    answers[question] = answer
                }
            case .act(let actions): return actions
            }
        }
    }

    /// This decision has seen the file under the name that it does not have any more.
    private static func wasSeen(
        _ file: ListedFile,
        in scan: DirectoryScan,
        _ answers: some Collection<FileAnswer>
    ) -> Bool {
        if scan.files[file.identity]?.path == file.path { return true }
        return answers.contains { answer in
            guard case .neighbours(let files) = answer else { return false }
            return files.contains { $0.identity == file.identity && $0.path == file.path }
        }
    }

    /// Answers a question; names the file that is not where it was, if that is the reason for no answer.
    private func answer(_ question: FileQuestion, of family: FileFamily) -> (FileAnswer, moved: ListedFile?) {
        switch question {
        case .integrity(let identity): return (self.integrity(of: identity, family), nil)
        case .position(let identity): return (self.files[identity]?.position.map { .position($0) } ?? .unavailable, nil)
        default:
            let inspector = FileInspector { self.files[$0]?.file?.descriptor }
            let answer = inspector.answer(question)
            if case .contents(let file) = question, case .contents = answer { self.troubles.clear(file.identity) }
            guard let (file, reason) = inspector.failure else { return (answer, nil) }
            self.troubles.note(file, reason)
            return (answer, reason == .moved ? file : nil)
        }
    }

    private func integrity(of identity: FileIdentity, _ family: FileFamily) -> FileAnswer {
        guard let followed = self.files[identity] else { return .unavailable }
        guard let position = followed.position, position.kind == .plain else { return .integrity(.intact) }
        if let file = followed.file {
            if file.isIntact { return .integrity(.intact) }
            return .integrity(followed.isIdle ? .rewritten(position) : .rewrittenAndBusy)
        }
        guard let listed = family.listed(identity),
            case .possession(let possession) = self.answer(.possession(of: position, in: listed), of: family).0
        else { return .unavailable }
        return .integrity(possession == .held ? .intact : .rewritten(position))
    }
}
