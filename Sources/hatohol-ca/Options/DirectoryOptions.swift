internal import ArgumentParser
internal import CertificateAuthority

/// Which authority is meant.
struct DirectoryOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where the authority lies: openssl.cnf and CA/.", valueName: "directory"))
    var baseDirectory = "/var/lib/hatohol"

    @Option(
        help: ArgumentHelp("How long to wait for another process that changes the authority.", valueName: "seconds")
    )
    var wait = 30

    func validate() throws {
        guard (0...3600).contains(self.wait) else { throw ValidationError("--wait is between 0 and 3600 seconds") }
    }

    /// How long changes wait for each other; the person at the terminal learns for whom.
    var patience: Patience {
        let seconds = self.wait
        return Patience(seconds: seconds) {
            tell(["waiting for \($0), which changes the authority; \(seconds) s at most"])
        }
    }

    func open() throws -> Authority { try Authority(base: self.baseDirectory, patience: self.patience) }
}
