/// The id of an event: the spool's id and the event's sequence number, padded so that ids sort as text.
///
/// Made once per event by counting in the digits, since it is the same text but for them. 16 digits last for three
/// thousand years at a hundred thousand events per second.
public struct EventID: Hashable, Sendable, CustomStringConvertible {
    /// How many digits the sequence has.
    public static let digits = 16
    /// The greatest number that is taken from a text: no event has it yet, and there are digits left to go on after it.
    static let greatest: Int64 = 9_000_000_000_000_000

    /// The id as ASCII bytes.
    public private(set) var bytes: [UInt8]
    /// The sequence number.
    public private(set) var sequence: Int64

    /// The id of the event with a sequence number.
    public init(spool: String, sequence: Int64) {
        self.sequence = sequence
        let digits = String(max(sequence, 0))
        let padding = String(repeating: "0", count: max(0, Self.digits - digits.count))
        self.bytes = Array("\(spool)-\(padding)\(digits)".utf8)
    }

    /// Becomes the id of the next event.
    public mutating func advance() {
        self.sequence += 1
        var index = self.bytes.count - 1
        while index > 0, self.bytes[index] == UInt8(ascii: "9") {
            self.bytes[index] = UInt8(ascii: "0")
            index -= 1
        }
        if self.bytes[index] < UInt8(ascii: "9") { self.bytes[index] += 1 }
    }

    /// Takes an id apart; `nil` for what is none.
    public static func parse(_ text: String) -> (spool: String, sequence: Int64)? {
        guard let dash = text.lastIndex(of: "-"), dash > text.startIndex,
            let sequence = Int64(text[text.index(after: dash)...]), 0...Self.greatest ~= sequence
        else { return nil }
        return (String(text[..<dash]), sequence)
    }

    /// The id as text.
    public var description: String { String(decoding: self.bytes, as: UTF8.self) }
}
