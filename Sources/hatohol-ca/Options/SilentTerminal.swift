internal import Glibc

/// A terminal on which a passphrase is typed: nothing is shown, and the keys that edit or end a line work.
///
/// The terminal is left as it was, also when the person gives up by Ctrl-C: a shell whose terminal shows nothing any more looks
/// broken. So the terminal does not turn Ctrl-C into a signal, which would end the program at once; we read it as a character,
/// put everything in order, and then end by that signal.
struct SilentTerminal {
    private let file: Int32

    /// What came of asking.
    enum Answer {
        case line([UInt8])
        /// The person pressed a key that ends the program, by this signal.
        case interrupted(Int32)
    }

    init(_ file: Int32) { self.file = file }

    /// Shows a question and reads a line of at most `limit` bytes; nil when this is no terminal.
    func ask(_ question: String, limit: Int) -> Answer? {
        var settings = termios()
        guard tcgetattr(self.file, &settings) == 0 else { return nil }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        tcsetattr(self.file, TCSAFLUSH, &silent)
        defer {
            tcsetattr(self.file, TCSAFLUSH, &settings)
            write(self.file, "\n", 1)
        }
        write(self.file, question, question.utf8.count)
        return self.line(limit)
    }

    /// Ends the program as the terminal would have.
    static func end(by signal: Int32) {
        // The runtime has a handler of its own for some, and the threads on which tasks run take none.
        Glibc.signal(signal, SIG_DFL)
        var wanted = sigset_t()
        sigemptyset(&wanted)
        sigaddset(&wanted, signal)
        pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
        raise(signal)
    }

    private func line(_ limit: Int) -> Answer {
        var bytes: [UInt8] = []
        // Room for the whole line, so that no copy of a passphrase is left where the array was before.
        bytes.reserveCapacity(limit + 1)
        var byte: UInt8 = 0
        while true {
            let count = read(self.file, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return .line(bytes) }
            switch byte {
            case 0x03: return .interrupted(SIGINT)
            case 0x1C: return .interrupted(SIGQUIT)
            case 0x04, 0x0A, 0x0D: return .line(bytes)
            case 0x08, 0x7F:
                // A character of UTF-8 goes as a whole.
                while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
            case 0x15: bytes.removeAll(keepingCapacity: true)
            default: if bytes.count <= limit { bytes.append(byte) }
            }
        }
    }
}
