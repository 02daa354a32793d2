/// A file that holds the next number in hexadecimal: `serial` or `crlnumber`.
struct NumberFile {
    let path: String

    /// The next number; 1 when there is no file yet.
    func next() throws -> SerialNumber {
        guard let bytes = try FileSystem.readIfThere(self.path, limit: 4096) else { return Self.one }
        let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
        guard let number = SerialNumber(String(text)) else {
            throw AuthorityError(
                .damaged,
                "reading \(self.path)",
                "it holds no hexadecimal number",
                advice: "'hatohol-ca doctor --repair' writes it anew"
            )
        }
        return number
    }

    func write(_ number: SerialNumber) throws {
        if FileSystem.exists(self.path) { try FileSystem.keepOld(self.path) }
        try FileSystem.write(Array("\(number)\n".utf8), to: self.path)
    }

    static var one: SerialNumber { SerialNumber("01") ?? SerialNumber(nil) }
}
