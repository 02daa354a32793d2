/// The tree of an expression.
indirect enum PatternNode {
    /// What a place in the text must be, without using up a byte.
    enum Assertion: Hashable, Sendable {
        case start
        case end
        case wordBoundary
        case noWordBoundary
    }

    case empty
    case bytes(ByteSet)
    case sequence([PatternNode])
    case choice([PatternNode])
    case repetition(PatternNode, atLeast: Int, atMost: Int?)
    case assertion(Assertion)

    /// One character: an ASCII one of the set, or any that takes several bytes in UTF-8.
    static func character(_ ascii: ByteSet) -> PatternNode {
        let continuation = PatternNode.bytes(ByteSet(0x80...0xBF))
        return .choice([
            .bytes(ascii),
            .sequence([.bytes(ByteSet(0xC2...0xDF)), continuation]),
            .sequence([.bytes(ByteSet(0xE0...0xEF)), continuation, continuation]),
            .sequence([.bytes(ByteSet(0xF0...0xF4)), continuation, continuation, continuation]),
        ])
    }
}
