/// Writes compact JSON at the end of a caller's bytes.
///
/// Holds the array while it writes: make one over an empty or reused array, and take ``bytes`` when done. Commas are
/// placed by the writer; brackets and keys are the caller's to balance.
public struct JSONWriter: Sendable {
    /// What has been written so far.
    public internal(set) var bytes: [UInt8]
    private var needsComma = false

    /// Continues at the end of the given bytes.
    public init(appendingTo bytes: consuming [UInt8] = []) {
        self.bytes = bytes
    }

    /// Hands the bytes out and leaves the writer empty.
    public mutating func take() -> [UInt8] {
        var bytes: [UInt8] = []
        swap(&bytes, &self.bytes)
        self.needsComma = false
        return bytes
    }

    /// Opens an object.
    public mutating func beginObject() { self.open(UInt8(ascii: "{")) }

    /// Closes an object.
    public mutating func endObject() { self.close(UInt8(ascii: "}")) }

    /// Opens an array.
    public mutating func beginArray() { self.open(UInt8(ascii: "[")) }

    /// Closes an array.
    public mutating func endArray() { self.close(UInt8(ascii: "]")) }

    /// Writes a key of the program's own, which must need no escaping.
    public mutating func key(_ key: StaticString) {
        self.separate()
        self.bytes.append(UInt8(ascii: "\""))
        self.bytes.append(key)
        self.bytes.append("\":")
        self.needsComma = false
    }

    /// Writes a string.
    public mutating func value(_ string: String) {
        self.separate()
        self.bytes.appendJSON(string)
    }

    /// Writes a whole number.
    public mutating func value(_ integer: Int64) {
        self.separate()
        self.bytes.appendDecimal(integer)
    }

    /// Writes `true` or `false`.
    public mutating func value(_ boolean: Bool) {
        self.separate()
        self.bytes.append(boolean ? "true" : "false")
    }

    /// Writes `null`.
    public mutating func null() {
        self.separate()
        self.bytes.append("null")
    }

    /// Writes a value that is JSON already.
    public mutating func value(encoded bytes: Span<UInt8>) {
        self.separate()
        self.bytes.append(copying: bytes)
    }

    private mutating func separate() {
        if self.needsComma { self.bytes.append(UInt8(ascii: ",")) }
        self.needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        self.separate()
        self.bytes.append(bracket)
        self.needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        self.bytes.append(bracket)
        self.needsComma = true
    }
}

extension JSONWriter {
    /// Continues an object that was begun by other means and has a member already.
    public init(continuing bytes: consuming [UInt8]) {
        self.init(appendingTo: bytes)
        self.needsComma = true
    }
}
