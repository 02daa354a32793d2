/// An event id taken apart: `<prefix>-<digits>`, or just a name.
enum EventID {
    case numbered(prefixLength: Int, number: Int64)
    case named

    /// The digits a number has at least, and at most; the upper bound keeps it within 64 bits, the lower one keeps dates,
    /// ports and counters of foreign arms from becoming series of their own.
    private static let digits = 8...18

    /// Reads the UTF-8 of an id.
    init(_ text: UnsafeBufferPointer<UInt8>) {
        var start = text.count
        while start > 0, text[start - 1] &- UInt8(ascii: "0") <= 9 { start -= 1 }
        guard start > 1, text[start - 1] == UInt8(ascii: "-"), Self.digits.contains(text.count - start) else {
            self = .named
            return
        }
        var number: Int64 = 0
        for index in start..<text.count { number = number &* 10 &+ Int64(text[index] &- UInt8(ascii: "0")) }
        self = .numbered(prefixLength: start - 1, number: number)
    }

    /// Puts an id together again.
    static func text(prefix: String, number: Int64, width: Int) -> String {
        let digits = String(number)
        return prefix + "-" + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
