internal import ArgumentParser
internal import CertificateAuthority
internal import Daemon
internal import Enrolment
internal import Glibc
internal import Logging

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let nodes enrol and renew over HTTPS, until SIGTERM.",
        discussion: """
            Its own certificate is made and renewed by the authority. The key of the
            authority is open as long as it runs: let it listen where your nodes are, and
            nowhere else.

            POST /v1/enroll takes a registration key and a request; POST /v1/renew takes
            the old certificate in the TLS handshake; GET /v1/ca answers with the roots, and
            GET /v1/crl with the revocation list, which is renewed in time.

            EXAMPLES
              hatohol-ca serve --listen 0.0.0.0:8443 --host-name ca.example.com --passphrase-file /run/ca-passphrase
              hatohol-ca serve --listen '[::1]:8443' --host-name localhost
            """
    )

    @Option(
        help: ArgumentHelp("The address and port to listen on.", valueName: "host:port"),
        transform: listenAddress
    )
    var listen: ServiceAddress

    @Option(
        help: ArgumentHelp("The name under which nodes dial; it goes into the certificate.", valueName: "name"),
        transform: readHostName
    )
    var hostName: HostName?

    @Option(help: ArgumentHelp("Requests of one address in a minute.", valueName: "number"))
    var requestsPerMinute = Admission.Limits().requests

    @Option(help: ArgumentHelp("Refusals of one address in a minute.", valueName: "number"))
    var refusalsPerMinute = Admission.Limits().failures

    @Option(help: ArgumentHelp("Enrolments with one registration key in a minute.", valueName: "number"))
    var enrolmentsPerMinute = Admission.Limits().key

    @OptionGroup var strangers: StrangerOptions
    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        let rates = [self.requestsPerMinute, self.refusalsPerMinute, self.enrolmentsPerMinute]
        guard rates.allSatisfy({ (1...1_000_000).contains($0) }) else {
            throw ValidationError("rates are between 1 and 1000000 a minute")
        }
    }

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        DescriptorLimit.raise()
        let host = try self.hostName ?? HostName(HostName.current)
        let logger = Logger(label: "hatohol-ca") { StreamLogHandler.standardError(label: $0) }
        var limits = Admission.Limits()
        limits.requests = self.requestsPerMinute
        limits.failures = self.refusalsPerMinute
        limits.key = self.enrolmentsPerMinute
        let fingerprint = try self.directory.open().root.fingerprint
        let registrar = try Registrar(self.directory, self.passphrase, logger)
        let service = try await EnrolmentService(
            registrar,
            host: host,
            limits: limits,
            peers: self.strangers.limits,
            logger: logger
        )
        let output = self.output
        do {
            try await service.run(on: self.listen) { port in
                let url = "\(ServiceAddress(host: host.description, port: port))"
                output.show(
                    ["url": .string(url), "port": .number(port), "fingerprint": .string(fingerprint)],
                    or: ["ready: \(url)", "fingerprint: \(fingerprint)"]
                )
                fflush(nil)
            }
        } catch let error as AuthorityError {
            throw error
        } catch {
            throw AuthorityError(
                .network,
                "listening on \(self.listen.host):\(self.listen.port)",
                "\(error)",
                advice: "is another program there, or may you not use that port?"
            )
        }
    }
}

/// Reads an address to listen on for an option.
func listenAddress(_ text: String) throws -> ServiceAddress {
    guard let address = ServiceAddress(listen: text) else {
        throw ValidationError("'\(text)' is no address and port, as in 0.0.0.0:8443 or [::]:8443")
    }
    return address
}

/// Reads the address of an enrolment service for an option.
func serviceURL(_ text: String) throws -> ServiceAddress {
    guard let address = ServiceAddress(url: text) else {
        throw ValidationError("'\(text)' is no URL of the kind https://ca.example.com:8443")
    }
    return address
}
