/// Reads the text of an expression.
struct PatternParser {
    private static let longest = 1000
    private static let deepest = 50
    private static let mostRepetitions = 1000

    private let source: [UInt8]
    private var position = 0
    private var ignoresCase: Bool
    private var depth = 0

    init(_ source: String, ignoresCase: Bool) {
        self.source = Array(source.utf8)
        self.ignoresCase = ignoresCase
    }

    mutating func parse() throws(Pattern.Failure) -> PatternNode {
        guard self.source.count <= Self.longest else { throw self.failure("it is longer than \(Self.longest) bytes") }
        if self.source.starts(with: "(?i)".utf8) {
            self.ignoresCase = true
            self.position = 4
        }
        let node = try self.choice()
        guard self.position == self.source.count else { throw self.failure("there is a ) too many") }
        return node
    }

    private var next: UInt8? { self.position < self.source.count ? self.source[self.position] : nil }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard self.next == UInt8(ascii: character) else { return false }
        self.position += 1
        return true
    }

    private func failure(_ reason: String) -> Pattern.Failure {
        Pattern.Failure(position: self.position, reason: reason)
    }

    private mutating func choice() throws(Pattern.Failure) -> PatternNode {
        var choices = [try self.sequence()]
        while self.skip("|") { choices.append(try self.sequence()) }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func sequence() throws(Pattern.Failure) -> PatternNode {
        var parts: [PatternNode] = []
        while let next = self.next, next != UInt8(ascii: "|"), next != UInt8(ascii: ")") {
            parts.append(try self.repeated(try self.atom()))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func repeated(_ atom: PatternNode) throws(Pattern.Failure) -> PatternNode {
        var node = atom
        while let (atLeast, atMost) = try self.quantifier() {
            if case .assertion = node { throw self.failure("a place cannot be repeated") }
            node = .repetition(node, atLeast: atLeast, atMost: atMost)
            _ = self.skip("?")
        }
        return node
    }

    private mutating func quantifier() throws(Pattern.Failure) -> (atLeast: Int, atMost: Int?)? {
        if self.skip("*") { return (0, nil) }
        if self.skip("+") { return (1, nil) }
        if self.skip("?") { return (0, 1) }
        guard self.next == UInt8(ascii: "{") else { return nil }
        self.position += 1
        guard let atLeast = self.number() else {
            throw self.failure("a number must follow {; write \\{ for the character")
        }
        var atMost: Int? = atLeast
        if self.skip(",") { atMost = self.number() }
        guard self.skip("}"), atMost ?? atLeast >= atLeast, max(atLeast, atMost ?? 0) <= Self.mostRepetitions else {
            throw self.failure("this is no repetition up to \(Self.mostRepetitions)")
        }
        return (atLeast, atMost)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let digit = self.next, ByteSet.digits.contains(digit), (value ?? 0) <= Self.mostRepetitions {
            value = (value ?? 0) * 10 + Int(digit - 0x30)
            self.position += 1
        }
        return value
    }

    private mutating func atom() throws(Pattern.Failure) -> PatternNode {
        switch self.source[self.position] {
        case UInt8(ascii: "("): return try self.group()
        case UInt8(ascii: "["): return try self.set()
        case UInt8(ascii: "\\"): return try self.escape()
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"): throw self.failure("there is nothing to repeat")
        case UInt8(ascii: "."):
            self.position += 1
            return .character(ByteSet(0x0A...0x0A).invertedASCII)
        case UInt8(ascii: "^"):
            self.position += 1
            return .assertion(.start)
        case UInt8(ascii: "$"):
            self.position += 1
            return .assertion(.end)
        default:
            return self.literal()
        }
    }

    /// One character, with all of its bytes, so that a quantifier after it repeats all of them.
    private mutating func literal() -> PatternNode {
        var parts: [PatternNode] = []
        repeat {
            parts.append(.bytes(self.folded(ByteSet(self.source[self.position]...self.source[self.position]))))
            self.position += 1
        } while self.next.map { $0 & 0xC0 == 0x80 } ?? false
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private func folded(_ set: ByteSet) -> ByteSet { self.ignoresCase ? set.ignoringCase : set }

    private mutating func group() throws(Pattern.Failure) -> PatternNode {
        self.position += 1
        self.depth += 1
        guard self.depth <= Self.deepest else { throw self.failure("groups are nested deeper than \(Self.deepest)") }
        if self.skip("?") {
            guard self.skip(":") else { throw self.failure("only (?: is supported here, and (?i) in front") }
        }
        let node = try self.choice()
        guard self.skip(")") else { throw self.failure("a ) is missing") }
        self.depth -= 1
        return node
    }

    private mutating func escape() throws(Pattern.Failure) -> PatternNode {
        self.position += 1
        guard let character = self.next else { throw self.failure("something must follow the last \\") }
        switch character {
        case UInt8(ascii: "b"):
            self.position += 1
            return .assertion(.wordBoundary)
        case UInt8(ascii: "B"):
            self.position += 1
            return .assertion(.noWordBoundary)
        case UInt8(ascii: "D"), UInt8(ascii: "W"), UInt8(ascii: "S"):
            return .character(try self.escapedSet().invertedASCII)
        default:
            return .bytes(self.folded(try self.escapedSet()))
        }
    }

    /// What an escape stands for; the negated classes as the class itself.
    private mutating func escapedSet() throws(Pattern.Failure) -> ByteSet {
        guard let character = self.next else { throw self.failure("something must follow the last \\") }
        self.position += 1
        func one(_ byte: UInt8) -> ByteSet { ByteSet(byte...byte) }
        switch character {
        case UInt8(ascii: "d"), UInt8(ascii: "D"): return .digits
        case UInt8(ascii: "w"), UInt8(ascii: "W"): return .word
        case UInt8(ascii: "s"), UInt8(ascii: "S"): return .spaces
        case UInt8(ascii: "t"): return one(0x09)
        case UInt8(ascii: "n"): return one(0x0A)
        case UInt8(ascii: "r"): return one(0x0D)
        default:
            guard character < 0x80, !ByteSet.word.contains(character) else {
                self.position -= 1
                throw self.failure("this escape is not supported")
            }
            return one(character)
        }
    }

    private mutating func set() throws(Pattern.Failure) -> PatternNode {
        self.position += 1
        let isNegated = self.skip("^")
        var set = ByteSet()
        var isFirst = true
        while isFirst || self.next != UInt8(ascii: "]") {
            isFirst = false
            guard let low = try self.member(&set) else { continue }
            guard self.next == UInt8(ascii: "-"), self.position + 1 < self.source.count,
                self.source[self.position + 1] != UInt8(ascii: "]")
            else {
                set.insert(low)
                continue
            }
            self.position += 1
            guard let high = try self.member(&set), low <= high else { throw self.failure("this is no range") }
            set.insert(low...high)
        }
        self.position += 1
        let folded = self.folded(set)
        return isNegated ? .character(folded.invertedASCII) : .bytes(folded)
    }

    /// A character of a set; `nil` for a class such as `\d`, which is put into the set.
    private mutating func member(_ set: inout ByteSet) throws(Pattern.Failure) -> UInt8? {
        guard let byte = self.next else { throw self.failure("a ] is missing") }
        guard byte < 0x80 else { throw self.failure("a set can hold ASCII characters only; use (ä|ö) instead") }
        self.position += 1
        if byte == UInt8(ascii: "["), self.next == UInt8(ascii: ":") { throw self.failure("[: :] is not supported") }
        guard byte == UInt8(ascii: "\\") else { return byte }
        switch self.next {
        case UInt8(ascii: "D"), UInt8(ascii: "W"), UInt8(ascii: "S"), UInt8(ascii: "b"):
            throw self.failure("this escape is not supported in a set")
        case UInt8(ascii: "d"), UInt8(ascii: "w"), UInt8(ascii: "s"):
            set.formUnion(try self.escapedSet())
            return nil
        default:
            let escaped = try self.escapedSet()
            return (UInt8(0)...0x7F).first { escaped.contains($0) }
        }
    }
}
