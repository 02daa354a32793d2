internal import CertificateAuthority
internal import Glibc

/// Commands of the operator.
enum Shell {
    /// Runs a command by `/bin/sh` and waits for it.
    static func run(_ command: String) throws {
        var arguments: [UnsafeMutablePointer<CChar>?] =
            ["sh", "-c", command].map { (word: String) in strdup(word) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var child: pid_t = 0
        let failure = posix_spawn(&child, "/bin/sh", nil, nil, &arguments, environ)
        guard failure == 0 else {
            throw AuthorityError(.filesystem, "running '\(command)'", String(cString: strerror(failure)))
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else {
            let reason =
                status & 0x7F == 0 ? "ended with status \(status >> 8 & 0xFF)" : "was killed by signal \(status & 0x7F)"
            throw AuthorityError(.filesystem, "running '\(command)'", "it \(reason)")
        }
    }
}
