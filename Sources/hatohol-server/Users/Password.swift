internal import Glibc

/// Reads a new password: from the terminal, twice and unseen, or the first line of standard input.
enum Password {
    /// A new password, which is not judged yet.
    static func new() throws -> String {
        if isatty(STDIN_FILENO) == 1 {
            let password = try self.ask("Password: ")
            guard try self.ask("Once more: ") == password else {
                throw CommandError("password", "the two do not agree", "try again")
            }
            return password
        }
        guard let line = readLine() else {
            throw CommandError("password", "standard input is empty", "write the password there")
        }
        return line
    }

    private static func ask(_ prompt: String) throws -> String {
        var settings = termios()
        tcgetattr(STDIN_FILENO, &settings)
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
            self.show("\n")
        }
        self.show(prompt)
        guard let line = readLine() else { throw CommandError("password", "nothing was entered", "try again") }
        return line
    }

    private static func show(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
