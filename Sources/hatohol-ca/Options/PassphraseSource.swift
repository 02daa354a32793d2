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
        while bytes.count <= 1024 {
            let count = read(file, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw AuthorityError(.filesystem, "reading the passphrase", String(cString: strerror(errno)))
            }
            if count == 0 || byte == UInt8(ascii: "\n") { break }
            bytes.append(byte)
        }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard (4...1024).contains(bytes.count) else {
            throw AuthorityError(
                .passphrase,
                "reading the passphrase",
                "it has \(bytes.count) bytes",
                advice: "use 4 to 1024"
            )
        }
        return Passphrase(bytes)
    }

    /// Asks at the terminal without showing what is typed; nil when there is no terminal.
    static func prompt(_ question: String) throws -> Passphrase? {
        let terminal = Glibc.open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else { return nil }
        defer { close(terminal) }
        var settings = termios()
        guard tcgetattr(terminal, &settings) == 0 else { return nil }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(terminal, TCSAFLUSH, &silent)
        defer {
            tcsetattr(terminal, TCSAFLUSH, &settings)
            write(terminal, "\n", 1)
        }
        write(terminal, question, question.utf8.count)
        return try self.descriptor(terminal)
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
