internal import Escaping

extension Expression: CustomStringConvertible {
    public var description: String {
        switch self {
        case .all(let list): list.map(\.bracketed).joined(separator: " ")
        case .any(let list): list.map(\.bracketed).joined(separator: " OR ")
        case .not(let inner): "NOT \(inner.bracketed)"
        case .condition(let condition): condition.description
        }
    }

    private var bracketed: String {
        switch self {
        case .condition, .not: self.description
        case .all, .any: "(\(self.description))"
        }
    }

    /// The conditions a page shows as chips: those joined by AND at the top; nil when the query is not of that form.
    public var chips: [Expression]? {
        switch self {
        case .all(let list): list.allSatisfy { $0.isSimple } ? list : nil
        case .any: nil
        case .not, .condition: self.isSimple ? [self] : nil
        }
    }

    private var isSimple: Bool {
        switch self {
        case .condition, .not(.condition): true
        default: false
        }
    }
}

extension Condition: CustomStringConvertible {
    public var description: String {
        switch self {
        case .severity(let comparison, let level): "severity\(comparison.rawValue)\(level)"
        case .status(let status): "status:\(status)"
        case .type(let kind): "type:\(kind)"
        case .handling(let handling): "handling:\(handling)"
        case .name(let field, let pattern): "\(field.rawValue):\(pattern)"
        case .text(let pattern): "text:\(pattern)"
        case .since(let moment): "since:\(moment)"
        case .until(let moment): "until:\(moment)"
        }
    }
}

extension Pattern: CustomStringConvertible {
    public var description: String {
        if self.pieces == [.anything] { return "*" }
        if case .literal(let text)? = self.pieces.first, self.pieces.count == 1 { return Self.quote(text) }
        return self.pieces.map { piece in
            if case .literal(let text) = piece { text } else { "*" }
        }.joined()
    }

    private static func quote(_ text: String) -> String {
        let isPlain = !text.unicodeScalars.contains {
            $0.properties.isWhitespace || "()\"*\\".unicodeScalars.contains($0)
        }
        return isPlain && !text.isEmpty ? text : "\"\(text.escaped(for: .quotation))\""
    }
}

extension Moment: CustomStringConvertible {
    public var description: String {
        switch self {
        case .ago(0): "now"
        case .ago(let seconds): "-" + Self.inLargestUnit(seconds)
        case .at(let nanoseconds): Self.text(nanoseconds)
        }
    }

    private static func inLargestUnit(_ seconds: Int64) -> String {
        let units: [(Int64, String)] = [(604_800, "w"), (86_400, "d"), (3600, "h"), (60, "m")]
        let unit = units.first { seconds % $0.0 == 0 } ?? (1, "s")
        return "\(seconds / unit.0)\(unit.1)"
    }

    private static func text(_ nanoseconds: Int64) -> String {
        let (days, rest) = self.divide(nanoseconds, 86_400_000_000_000)
        let shifted = days + 719_468
        let (era, dayOfEra) = self.divide(shifted, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let index = (5 * dayOfYear + 2) / 153
        let month = index < 10 ? index + 3 : index - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let date = "\(self.pad(year, 4))-\(self.pad(month, 2))-\(self.pad(dayOfYear - (153 * index + 2) / 5 + 1, 2))"
        let seconds = rest / 1_000_000_000
        let clock = "\(self.pad(seconds / 3600, 2)):\(self.pad(seconds / 60 % 60, 2)):\(self.pad(seconds % 60, 2))"
        let fraction = rest % 1_000_000_000
        return "\(date)T\(clock)\(fraction == 0 ? "" : "." + self.pad(fraction, 9))Z"
    }

    private static func divide(_ value: Int64, _ by: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: by)
        return remainder < 0 ? (quotient - 1, remainder + by) : (quotient, remainder)
    }

    private static func pad(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
