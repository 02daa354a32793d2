internal import ArgumentParser
internal import CertificateAuthority

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look for what is wrong with the authority; ends with 1 on errors.",
        discussion: """
            Finds what an interrupted 'openssl ca' left, damaged records, weak keys, a
            revocation list near its end. --repair puts in order what can be; every
            changed file is kept with the ending .old.

            EXAMPLES
              hatohol-ca doctor --base-directory /etc/hatohol/ca
              hatohol-ca doctor --repair
            """
    )

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

    @Flag(help: "Put in order what can be.")
    var repair = false

    func run() throws {
        let doctor = try Doctor(
            base: self.directory.baseDirectory,
            repair: self.repair && !self.preview.dryRun,
            patience: self.directory.patience
        )
        for finding in doctor.findings {
            self.output.show(
                [
                    "level": .string(finding.level.rawValue), "subject": .string(finding.subject),
                    "text": .string(finding.text),
                ],
                or: ["\(finding.level.rawValue.padded(8))  \(finding.subject): \(finding.text)"]
            )
        }
        if doctor.hasErrors { throw ExitCode.failure }
    }
}
