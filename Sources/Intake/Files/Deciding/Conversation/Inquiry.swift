/// What one decision asks about files and directories, and the answers that it has.
///
/// Nobody waits for an answer: a question without one is noted as open, and counts as not known for now. Each question that has an
/// answer gets the same one for the whole decision. The decision is complete if no question is open.
struct Inquiry: Sendable {
    private let answers: [FileQuestion: FileAnswer]
    /// The questions without an answer, in the order in which they were asked.
    private(set) var open: [FileQuestion] = []

    init(_ answers: [FileQuestion: FileAnswer]) { self.answers = answers }

    var isComplete: Bool { self.open.isEmpty }

    /// The answer, or `nil` if there is none yet.
    mutating func ask(_ question: FileQuestion) -> FileAnswer? {
        if let answer = self.answers[question] { return answer }
        self.open.append(question)
        return nil
    }

    // Each of these is `nil` if the answer is not known, or if the file cannot be read now.

    mutating func contents(of file: ListedFile) -> FileAnswer.Contents? {
        guard case .contents(let contents) = self.ask(.contents(of: file)) else { return nil }
        return contents
    }

    mutating func comparison(of file: ListedFile, with original: ListedFile) -> FileAnswer.Comparison? {
        guard case .comparison(let comparison) = self.ask(.comparison(of: file, with: original)) else { return nil }
        return comparison
    }

    mutating func possession(of position: FilePosition, in file: ListedFile) -> FileAnswer.Possession? {
        guard case .possession(let possession) = self.ask(.possession(of: position, in: file)) else { return nil }
        return possession
    }

    mutating func integrity(of identity: FileIdentity) -> FileAnswer.Integrity? {
        guard case .integrity(let integrity) = self.ask(.integrity(of: identity)) else { return nil }
        return integrity
    }

    /// Whether the file may come back, because the file system is away on which it was.
    mutating func isAbsent(_ position: FilePosition) -> Bool? {
        guard case .absence(let isAbsent) = self.ask(.absence(of: position)) else { return nil }
        return isAbsent
    }

    mutating func neighbours(in directory: String) -> [ListedFile] {
        guard case .neighbours(let files) = self.ask(.neighbours(in: directory)) else { return [] }
        return files
    }
}
