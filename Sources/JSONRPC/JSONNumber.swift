/// A number as it stands in a JSON text.
public struct JSONNumber: Hashable, Sendable {
    /// Its bounds in the text.
    public let range: Range<Int>
    /// Its value, if it is a whole number that fits 64 bits; `1.0` and `10e-1` are whole.
    public let integer: Int64?
}

extension JSONReader {
    /// Reads a number (RFC 8259 section 6).
    public mutating func readNumber() throws(JSONError) -> JSONNumber {
        guard try self.peekKind() == .number else { throw JSONError(.unexpectedKind, at: self.position) }
        let start = self.position
        if self.bytes[self.position] == UInt8(ascii: "-") { self.position += 1 }
        if self.position < self.bytes.count, self.bytes[self.position] == UInt8(ascii: "0") {
            self.position += 1
        } else {
            try self.readDigits()
        }
        let integerEnd = self.position
        if self.position < self.bytes.count, self.bytes[self.position] == UInt8(ascii: ".") {
            self.position += 1
            try self.readDigits()
        }
        if self.position < self.bytes.count, self.bytes[self.position] | 0x20 == UInt8(ascii: "e") {
            self.position += 1
            if self.position < self.bytes.count,
                self.bytes[self.position] == UInt8(ascii: "+") || self.bytes[self.position] == UInt8(ascii: "-")
            {
                self.position += 1
            }
            try self.readDigits()
        }
        let integer =
            integerEnd == self.position ? self.integer(start..<integerEnd) : self.wholeNumber(start..<self.position)
        return JSONNumber(range: start..<self.position, integer: integer)
    }

    private mutating func readDigits() throws(JSONError) {
        let start = self.position
        while self.position < self.bytes.count,
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= self.bytes[self.position]
        {
            self.position += 1
        }
        guard self.position > start else {
            throw JSONError(self.position < self.bytes.count ? .invalidNumber : .unexpectedEnd, at: self.position)
        }
    }

    private func integer(_ range: Range<Int>) -> Int64? {
        let isNegative = self.bytes[range.lowerBound] == UInt8(ascii: "-")
        var value: Int64 = 0
        for index in (isNegative ? range.lowerBound + 1 : range.lowerBound)..<range.upperBound {
            let digit = Int64(self.bytes[index] - UInt8(ascii: "0"))
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            // Counting downwards for negative numbers lets the least one through.
            let (sum, carry) = product.addingReportingOverflow(isNegative ? -digit : digit)
            if overflow || carry { return nil }
            value = sum
        }
        return value
    }

    /// The value of a number with a fraction or an exponent, if it is whole and exact in a double.
    private func wholeNumber(_ range: Range<Int>) -> Int64? {
        guard range.count <= 64 else { return nil }
        let text = self.bytes.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        guard let value = Double(text), value.magnitude <= 9_007_199_254_740_992 else { return nil }
        return Int64(exactly: value)
    }
}
