internal import ArgumentParser
internal import CertificateAuthority

struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show one certificate.",
        discussion: """
            Of a name that was renewed the latest certificate is shown; --all shows
            every one that has the name.

            EXAMPLES
              hatohol-ca show web1.example.com
              hatohol-ca show 4C:A2:07:31 --json
              hatohol-ca show client-cert.pem --rabbitmq-user
            """
    )

    @OptionGroup var selection: CertificateOptions
    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Show all certificates of that name.")
    var all = false

    @Flag(help: "Show the user names that RabbitMQ makes of it, and how to add them.")
    var rabbitmqUser = false

    func run() throws {
        let authority = try self.directory.open()
        let entries =
            self.all
            ? try authority.find(self.selection.certificate, for: self.selection.purpose)
            : [try self.selection.entry(of: authority, in: Set(CertificateEntry.State.allCases))]
        for entry in entries {
            let certificate = try? authority.certificate(entry.row.serial)
            guard let certificate else {
                self.output.show(JSON(entry), or: [entry.line, "  its file is not here"])
                continue
            }
            let users = RabbitMQUsers(certificate)
            self.output.show(
                ["record": JSON(entry), "certificate": JSON(certificate), "rabbitmqUsers": users.json],
                or: certificate.lines + ["  state        \(entry.state.rawValue)"]
                    + (self.rabbitmqUser ? users.lines : [])
            )
        }
    }
}

/// The names under which RabbitMQ knows the holder of a certificate.
struct RabbitMQUsers {
    let distinguishedName: String
    let commonName: String?
    let alternativeName: String?

    init(_ certificate: Certificate) {
        self.distinguishedName = certificate.subjectRFC4514
        self.commonName = certificate.subject.commonName
        // RabbitMQ counts the names of the type it is told to take, DNS unless told otherwise, and not all names.
        self.alternativeName =
            certificate.alternativeNames.lazy.compactMap {
                if case .dns(let name) = $0 { name } else { nil }
            }.first
    }

    var json: JSON {
        [
            "distinguished_name": .string(self.distinguishedName), "common_name": JSON(self.commonName),
            "subject_alternative_name": JSON(self.alternativeName),
        ]
    }

    var lines: [String] {
        let names = [
            ("common_name", self.commonName), ("distinguished_name", self.distinguishedName),
            ("subject_alternative_name", self.alternativeName),
        ]
        return names.flatMap { setting, name in
            name.map {
                ["  with ssl_cert_login_from = \(setting):", "    \(BrokerConfiguration.adding(user: $0))"]
            } ?? []
        }
    }
}
