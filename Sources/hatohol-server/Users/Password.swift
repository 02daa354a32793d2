internal import Console
internal import Glibc

/// Reads a new password: from the terminal, twice and unseen, or the first line of standard input.
enum Password {
    /// The hash of a new password for a user; never the password itself.
    static func newHash(userName: String) async throws -> String {
        let password: String
        if isatty(STDIN_FILENO) == 1 {
            password = try self.ask("Password: ")
            guard try self.ask("Once more: ") == password else {
                throw CommandError("password", "the two do not agree", "try again")
            }
        } else {
            guard let line = readLine() else {
                throw CommandError("password", "standard input is empty", "write the password there")
            }
            password = line
        }
        return try await Console.passwordHash(password, userName: userName)
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
