internal import Operations

/// The parameters of a request, from its query, a form or a JSON object; each is asked for once, and what nobody asked for is refused.
struct Parameters: Sendable {
    private var values: [String: [JSON]]
    /// Whether values are text that stands for something else, as in a form.
    private let isText: Bool

    static let none = Parameters(form: "")

    /// Reads `application/x-www-form-urlencoded`.
    init(form: some StringProtocol) {
        self.isText = true
        self.values = [:]
        for pair in form.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = halves.count == 2 ? Self.decoded(halves[1]) : ""
            self.values[Self.decoded(halves[0]), default: []].append(.string(value))
        }
    }

    /// Takes the members of an object.
    init(_ members: [JSON.Member]) {
        self.isText = false
        self.values = Dictionary(members.map { ($0.name, [$0.value]) }, uniquingKeysWith: +)
    }

    /// Whether a parameter is there, without asking for it.
    func has(_ name: String) -> Bool { self.values[name] != nil }

    /// What a form held, to be shown again.
    var fields: [(name: String, value: String)] {
        self.values.sorted { $0.key < $1.key }.flatMap { name, list in
            list.compactMap { if case .string(let text) = $0 { (name, text) } else { nil } }
        }
    }

    /// Throws when something is left that nobody asked for.
    func finish() throws(Problem) {
        if let name = self.values.keys.sorted().first { throw .bad(name, "this parameter is not known here") }
    }

    mutating func string(_ name: String, max limit: Int = 255) throws(Problem) -> String? {
        guard let value = try self.take(name) else { return nil }
        guard case .string(let text) = value else { throw .bad(name, "a text is expected") }
        guard text.count <= limit else { throw .bad(name, "at most \(limit) characters are allowed") }
        guard !text.unicodeScalars.contains("\0") else { throw .bad(name, "the character U+0000 is not allowed") }
        return text
    }

    mutating func required(_ name: String, max limit: Int = 255) throws(Problem) -> String {
        guard let text = try self.string(name, max: limit), !text.allSatisfy(\.isWhitespace) else {
            throw .bad(name, "a value is required")
        }
        return text
    }

    mutating func int(_ name: String, in range: ClosedRange<Int64>) throws(Problem) -> Int64? {
        guard let value = try self.take(name) else { return nil }
        let number: Int64? =
            switch value {
            case .number(let number): number
            case .string(let text) where self.isText: Self.integer(text)
            default: nil
            }
        guard let number else { throw .bad(name, "a whole number is expected") }
        guard range.contains(number) else {
            throw .bad(name, "a number from \(range.lowerBound) to \(range.upperBound) is expected")
        }
        return number
    }

    mutating func bool(_ name: String) throws(Problem) -> Bool? {
        switch try self.take(name) {
        case nil: return nil
        case .bool(let value): return value
        case .string("true") where self.isText, .string("on") where self.isText: return true
        case .string("false") where self.isText: return false
        default: throw .bad(name, "true or false is expected")
        }
    }

    mutating func choice<Choice: CaseIterable>(_ name: String, _ type: Choice.Type) throws(Problem) -> Choice? {
        guard let text = try self.string(name) else { return nil }
        if let choice = Choice.allCases.first(where: { "\($0)" == text }) { return choice }
        throw .bad(name, "one of \(Choice.allCases.map { "\($0)" }.joined(separator: ", ")) is expected")
    }

    /// Numbers: an array in JSON, repeated in a form.
    mutating func ints(_ name: String, max limit: Int) throws(Problem) -> [Int64]? {
        guard let list = try self.list(name, max: limit) else { return nil }
        var numbers: [Int64] = []
        for element in list {
            switch element {
            case .number(let number): numbers.append(number)
            case .string(let text) where self.isText:
                guard let number = Self.integer(text) else { throw .bad(name, "whole numbers are expected") }
                numbers.append(number)
            default: throw .bad(name, "whole numbers are expected")
            }
        }
        return numbers
    }

    /// Each of the texts given under one name in a query, empty ones too.
    mutating func repeated(_ name: String, max limit: Int, of length: Int) throws(Problem) -> [String] {
        guard let list = try self.list(name, max: limit) else { return [] }
        var texts: [String] = []
        for element in list {
            var one = Parameters([JSON.Member(name: name, value: element)])
            texts.append(try one.string(name, max: length) ?? "")
        }
        return texts
    }

    /// Texts: an array in JSON, lines of one text in a form.
    mutating func strings(_ name: String, max limit: Int) throws(Problem) -> [String]? {
        guard let list = try self.list(name, max: limit) else { return nil }
        var texts: [String] = []
        for element in list {
            guard case .string(let text) = element, text.count <= 4096, !text.unicodeScalars.contains("\0") else {
                throw .bad(name, "texts are expected")
            }
            texts += self.isText ? text.split(whereSeparator: \.isNewline).map(String.init) : [text]
        }
        texts = texts.filter { !$0.isEmpty }
        guard texts.count <= limit else { throw .bad(name, "at most \(limit) are allowed") }
        return texts
    }

    private mutating func list(_ name: String, max limit: Int) throws(Problem) -> [JSON]? {
        guard let given = self.values.removeValue(forKey: name) else { return nil }
        var list = given
        if !self.isText {
            if given == [.null] { return nil }
            guard given.count == 1, case .array(let elements) = given[0] else { throw .bad(name, "a list is expected") }
            list = elements
        }
        guard list.count <= limit else { throw .bad(name, "at most \(limit) are allowed") }
        return list
    }

    private mutating func take(_ name: String) throws(Problem) -> JSON? {
        guard let list = self.values.removeValue(forKey: name) else { return nil }
        guard list.count == 1 else { throw .bad(name, "this parameter is given \(list.count) times") }
        return list[0] == .null ? nil : list[0]
    }

    private static func integer(_ text: String) -> Int64? {
        let digits = text.hasPrefix("-") ? text.dropFirst() : Substring(text)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int64(text)
    }

    /// Percent-encoding, with `+` for a blank; what is not UTF-8 becomes U+FFFD.
    private static func decoded(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension String {
    /// Percent-encoded for a query or a form.
    var formEncoded: String {
        self.utf8.reduce(into: "") { text, byte in
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                text += "%" + (hex.utf8.count == 1 ? "0" : "") + hex
            }
        }
    }
}
