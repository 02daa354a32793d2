internal import COpenSSL

/// The serial number of a certificate, in the form of `index.txt`: upper-case hexadecimal, an even number of digits.
public struct SerialNumber: Hashable, Sendable, CustomStringConvertible {
    /// The digits.
    public let description: String

    /// A new one: 159 random bits, as `openssl ca -rand_serial` makes them; RFC 5280 section 4.1.2.2 allows 20 octets.
    public static func random() throws -> SerialNumber {
        var bytes = try randomBytes(20)
        bytes[0] = bytes[0] & 0x7F | 0x40
        return SerialNumber(digits: bytes.hexadecimal)
    }

    /// Reads hexadecimal digits in any case, with or without `0x` and colons.
    public init?(_ text: String) {
        if Self.isCanonical(text) {
            self.init(canonical: text)
            return
        }
        var digits = text.filter { $0 != ":" }
        if digits.hasPrefix("0x") || digits.hasPrefix("0X") { digits.removeFirst(2) }
        guard !digits.isEmpty, digits.utf8.count <= 64, digits.utf8.allSatisfy({ $0.isHexadecimalDigit }) else {
            return nil
        }
        self.init(digits: digits)
    }

    /// Whether the text is in our own form, as a hundred thousand records are.
    private static func isCanonical(_ text: String) -> Bool {
        let digits = text.utf8
        guard (2...64).contains(digits.count), digits.count % 2 == 0, !digits.starts(with: "00".utf8) else {
            return false
        }
        return digits.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0)
        }
    }

    /// Reads decimal digits, as some viewers show serial numbers.
    public init?(decimal text: String) {
        guard !text.isEmpty, text.utf8.count <= 60, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            return nil
        }
        var number: OpaquePointer?
        guard BN_dec2bn(&number, text) > 0, let number else { return nil }
        defer { BN_free(number) }
        self.init(number)
    }

    init(_ integer: UnsafePointer<ASN1_INTEGER>?) {
        guard let number = ASN1_INTEGER_to_BN(integer, nil) else { fatalError("out of memory") }
        defer { BN_free(number) }
        self.init(number)
    }

    private init(_ number: OpaquePointer) {
        guard let text = BN_bn2hex(number) else { fatalError("out of memory") }
        defer { CRYPTO_free(text, #file, #line) }
        self.init(digits: String(cString: text))
    }

    private init(canonical: String) { self.description = canonical }

    private init(digits: String) {
        let significant = digits.uppercased().drop { $0 == "0" }
        self.description =
            significant.isEmpty ? "00" : significant.utf8.count % 2 == 0 ? String(significant) : "0" + significant
    }

    /// Lends the number as `ASN1_INTEGER`.
    func withASN1<Result>(_ body: (UnsafeMutablePointer<ASN1_INTEGER>) throws -> Result) rethrows -> Result {
        var number: OpaquePointer?
        guard BN_hex2bn(&number, self.description) > 0, let number, let integer = BN_to_ASN1_INTEGER(number, nil) else {
            fatalError("a serial number holds digits only")
        }
        BN_free(number)
        defer { ASN1_STRING_free(integer) }
        return try body(integer)
    }

    /// The number that follows.
    var next: SerialNumber {
        var number: OpaquePointer?
        guard BN_hex2bn(&number, self.description) > 0, let number, BN_add_word(number, 1) == 1 else {
            fatalError("a serial number holds digits only")
        }
        defer { BN_free(number) }
        return SerialNumber(number)
    }
}

extension SerialNumber: Comparable {
    /// Compares the numbers, as the counter of revocation lists counts them.
    public static func < (left: SerialNumber, right: SerialNumber) -> Bool {
        let (left, right) = (left.description, right.description)
        return left.utf8.count == right.utf8.count ? left < right : left.utf8.count < right.utf8.count
    }
}

extension UInt8 {
    var isHexadecimalDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
