/// Resolves the escapes of a string whose syntax has been checked.
struct JSONEscapes: ~Escapable {
    private let bytes: Span<UInt8>

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    /// Appends the text; half of a surrogate pair becomes U+FFFD.
    mutating func resolve(into output: inout [UInt8]) {
        var plainStart = 0
        var index = 0
        while index < self.bytes.count {
            guard self.bytes[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            output.append(copying: self.bytes.extracting(plainStart..<index))
            index = self.resolveEscape(at: index, into: &output)
            plainStart = index
        }
        output.append(copying: self.bytes.extracting(plainStart..<self.bytes.count))
    }

    private func resolveEscape(at start: Int, into output: inout [UInt8]) -> Int {
        guard start + 1 < self.bytes.count else { return self.bytes.count }
        switch self.bytes[start + 1] {
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0C)
        case UInt8(ascii: "n"): output.append(0x0A)
        case UInt8(ascii: "r"): output.append(0x0D)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "u"): return self.resolveCodeUnit(at: start, into: &output)
        case let other: output.append(other)
        }
        return start + 2
    }

    private func resolveCodeUnit(at start: Int, into output: inout [UInt8]) -> Int {
        guard let unit = Self.codeUnit(in: self.bytes, at: start) else { return self.bytes.count }
        if let scalar = Unicode.Scalar(unit) {
            output.append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped)
            return start + 6
        }
        if UTF16.isLeadSurrogate(unit), let trail = Self.codeUnit(in: self.bytes, at: start + 6),
            UTF16.isTrailSurrogate(trail)
        {
            let value = 0x10000 + (UInt32(unit) & 0x3FF) << 10 + UInt32(trail) & 0x3FF
            if let scalar = Unicode.Scalar(value) { output.append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped) }
            return start + 12
        }
        output.append("\u{FFFD}")
        return start + 6
    }

    /// The code unit of `\uXXXX` at a place, or `nil` if there is none.
    static func codeUnit(in bytes: Span<UInt8>, at start: Int) -> UInt16? {
        guard start + 6 <= bytes.count, bytes[start] == UInt8(ascii: "\\"), bytes[start + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt16 = 0
        for index in start + 2..<start + 6 {
            let digit: UInt8
            switch bytes[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = bytes[index] - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = bytes[index] - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = bytes[index] - UInt8(ascii: "A") + 10
            default: return nil
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
