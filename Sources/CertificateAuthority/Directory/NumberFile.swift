/// A file that holds the next number in hexadecimal: `serial` or `crlnumber`.
struct NumberFile {
    let path: String

    /// The next number; 1 when there is no file yet.
    func next() throws -> SerialNumber {
        guard let bytes = try FileSystem.readIfThere(self.path, limit: 4096) else { return Self.one }
        let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
        guard let number = SerialNumber(String(text)), number <= Self.largest else {
            throw AuthorityError(
                .damaged,
                "reading \(self.path)",
                "it holds no hexadecimal number of at most 20 octets",
                advice: "'hatohol-ca doctor --repair' writes it anew"
            )
        }
        return number
    }

    func write(_ number: SerialNumber) throws {
        if FileSystem.exists(self.path) { try FileSystem.keepOld(self.path) }
        try FileSystem.write(Array("\(number)\n".utf8), to: self.path)
    }

    /// The largest number of 20 octets, the first bit of which is a sign (RFC 5280 sections 4.1.2.2 and 5.2.3).
    static var largest: SerialNumber { SerialNumber("7F" + String(repeating: "FF", count: 19)) ?? Self.one }

    static var one: SerialNumber { SerialNumber("01") ?? SerialNumber(nil) }
}
