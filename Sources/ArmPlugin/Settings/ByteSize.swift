/// A size in bytes as people write it.
public struct ByteSize: Hashable, Sendable, CustomStringConvertible {
    /// The number of bytes.
    public var bytes: Int

    /// A number of bytes.
    public init(bytes: Int) { self.bytes = bytes }

    /// Reads `1024`, `500MB`, `1GiB`, `2G`: decimal units are powers of 1000, units with an `i` or alone of 1024.
    public init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits) else { return nil }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
        let factors = [
            "": 1, "b": 1, "kb": 1000, "mb": 1_000_000, "gb": 1_000_000_000, "tb": 1_000_000_000_000,
            "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40,
            "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
        ]
        guard let factor = factors[unit] else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        self.bytes = product
    }

    /// The size in the largest unit that leaves at least 1, with one decimal where it is not whole.
    public var description: String {
        var value = self.bytes
        var rest = 0
        var unit = 0
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        while value >= 1024, unit < units.count - 1 {
            rest = value % 1024 * 10 / 1024
            value /= 1024
            unit += 1
        }
        return rest == 0 ? "\(value)\(units[unit])" : "\(value).\(rest)\(units[unit])"
    }
}
