internal import ArgumentParser
internal import CertificateAuthority
internal import Escaping

struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show who did what, and check that no line was changed or removed.",
        discussion: """
            EXAMPLE
              hatohol-ca audit --json | tail -n 1
            """
    )

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        for entry in try self.directory.open().audit.verified() {
            let facts = entry.circumstances.map { "\($0.name)=\($0.value.escaped(for: .terminalLine))" }.joined(
                separator: " "
            )
            self.output.show(
                [
                    "number": .number(entry.number), "time": .string(entry.time), "user": .string(entry.user),
                    "action": .string(entry.action),
                    "circumstances": .object(entry.circumstances.map { ($0.name, .string($0.value)) }),
                    "hash": .string(entry.hash),
                ],
                or: ["\(entry.time)  \(entry.user)  \(entry.action)  \(facts)"]
            )
        }
    }
}
