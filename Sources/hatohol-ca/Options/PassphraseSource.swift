internal import CertificateAuthority
internal import Glibc

/// Reads passphrases from where they are safe.
enum PassphraseSource {
    /// The first line of a file.
    static func file(_ path: String) throws -> Passphrase {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw AuthorityError(.missing, "reading the passphrase file \(path)", String(cString: strerror(errno)))
        }
        defer { close(file) }
        return try self.descriptor(file)
    }

    /// The first line of an open descriptor, of at most 1024 bytes; a carriage return at its end belongs to the line's end.
    static func descriptor(_ file: Int32) throws -> Passphrase {
        var bytes: [UInt8] = []
        defer { bytes.withUnsafeMutableBytes { Self.wipe($0) } }
        var byte: UInt8 = 0
        while bytes.count <= Self.longest {
            let count = read(file, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw AuthorityError(.filesystem, "reading the passphrase", String(cString: strerror(errno)))
            }
            if count == 0 || byte == UInt8(ascii: "\n") { break }
            bytes.append(byte)
        }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return try self.passphrase(bytes)
    }

    /// Asks at the terminal without showing what is typed; nil when there is no terminal.
    ///
    /// Ctrl-C ends the program, with the terminal as it was.
    static func prompt(_ question: String) throws -> Passphrase? {
        let terminal = Glibc.open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else { return nil }
        defer { close(terminal) }
        switch SilentTerminal(terminal).ask(question, limit: Self.longest) {
        case nil: return nil
        case .interrupted(let signal)?:
            SilentTerminal.end(by: signal)
            throw AuthorityError(.passphrase, "reading the passphrase", "it was interrupted")
        case .line(var bytes)?:
            defer { bytes.withUnsafeMutableBytes { Self.wipe($0) } }
            return try self.passphrase(bytes)
        }
    }

    private static let longest = 1024

    private static func passphrase(_ bytes: [UInt8]) throws -> Passphrase {
        guard (4...Self.longest).contains(bytes.count) else {
            throw AuthorityError(
                .passphrase,
                "reading the passphrase",
                "it has \(bytes.count) bytes",
                advice: "use 4 to \(Self.longest)"
            )
        }
        // PKCS#12 and tokens take it as a text that ends there.
        guard !bytes.contains(0) else {
            throw AuthorityError(
                .passphrase,
                "reading the passphrase",
                "it has a zero byte in it",
                advice: "write the file as UTF-8, not as UTF-16"
            )
        }
        return Passphrase(bytes)
    }

    /// Asks twice for a passphrase to be set; nil when there is no terminal.
    static func promptForNew() throws -> Passphrase? {
        guard let first = try self.prompt("New passphrase of the authority's key: "),
            let second = try self.prompt("The same again: ")
        else { return nil }
        guard first == second else {
            throw AuthorityError(.passphrase, "setting the passphrase", "the two are different", advice: "try again")
        }
        return first
    }

    private static func wipe(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let start = buffer.baseAddress else { return }
        explicit_bzero(start, buffer.count)
    }
}
