/// Chooses events by their tags: regular expressions that have to match from the start of the tag, any one of them.
///
/// The dialect is Swift's, which reads what Python's `re` reads in such expressions. Answers are remembered, because tags
/// repeat.
struct TagFilter {
    private static let memory = 4096

    private let expressions: [Regex<AnyRegexOutput>]
    private var answers: [String: Bool] = [:]
    private var last: (bytes: [UInt8], tag: String, isWanted: Bool) = ([], "", false)

    /// - Throws: `IntakeError.Code.invalidPattern`.
    init(_ patterns: [String]) throws(IntakeError) {
        self.expressions = try patterns.map { pattern throws(IntakeError) in
            do {
                return try Regex(pattern).matchingSemantics(.unicodeScalar)
            } catch {
                throw IntakeError(.invalidPattern, stage: "read the tag expression \"\(pattern)\"", reason: "\(error)")
            }
        }
        self.last.isWanted = self.matches("")
    }

    /// The tag at a place as a string, or `nil` if its events are not wanted.
    mutating func wanted(_ bytes: [UInt8], _ place: Range<Int>) -> String? {
        let slice = bytes[place]
        if !slice.elementsEqual(self.last.bytes) {
            let tag = String(decoding: slice, as: UTF8.self)
            self.last = (Array(slice), tag, self.answer(for: tag))
        }
        return self.last.isWanted ? self.last.tag : nil
    }

    private mutating func answer(for tag: String) -> Bool {
        if let answer = self.answers[tag] { return answer }
        if self.answers.count >= Self.memory { self.answers.removeAll() }
        let answer = self.matches(tag)
        self.answers[tag] = answer
        return answer
    }

    private func matches(_ tag: String) -> Bool {
        self.expressions.contains { expression in (try? expression.prefixMatch(in: tag)) != nil }
    }
}
