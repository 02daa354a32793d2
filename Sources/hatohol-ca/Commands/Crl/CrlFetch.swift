internal import ArgumentParser
internal import CertificateAuthority
internal import Enrolment

struct CrlFetch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Fetch the revocation lists from the enrolment service, and put them where RabbitMQ reads them.",
        discussion: """
            Each list must be signed by an authority that --ca trusts, and be newer than the
            one that is there. Ends with 2 when a list there ends within --within, whether
            or not a newer one could be had: a broker that checks revocation rejects every
            client once its list has ended.

            EXAMPLE
              hatohol-ca crl fetch --url https://ca.example.com:8443 --ca /etc/rabbitmq/tls/ca-cert.pem \\
                  --install /etc/rabbitmq/tls/crl
            """
    )

    @Option(help: ArgumentHelp("The enrolment service.", valueName: "url"), transform: serviceURL)
    var url: ServiceAddress

    @Option(help: ArgumentHelp("The roots; default ca-cert.pem beside the directory of the lists.", valueName: "file"))
    var ca: String?

    @Option(help: ArgumentHelp("Put the lists there as <hash>.r0 and so on.", valueName: "directory"))
    var install: String

    @Option(help: ArgumentHelp("How long to try while the service is away.", valueName: "seconds"))
    var patience = 60

    @Option(help: ArgumentHelp("Warn of a list that ends within that time.", valueName: "days"))
    var within: Lifetime = .days(7)

    @OptionGroup var output: OutputOptions
    @OptionGroup var preview: DryRunOptions

    /// Room for half a million revocations.
    private static let limit = 64 << 20

    func validate() throws {
        guard (0...86_400).contains(self.patience) else { throw ValidationError("--patience is at most 86400 seconds") }
    }

    func run() throws {
        let file = self.ca ?? Self.rootsBeside(self.install)
        let roots = try Certificate.list(bytes: Files.read(file), from: file)
        let place = InstalledLists(directory: self.install)
        if self.preview.dryRun { return self.preview.show([self.install], self.output) }
        do {
            let client = ServiceClient(self.url, trust: .roots(roots))
            let body = try Persistence(seconds: self.patience).send(
                .get("/v1/crl", answerLimit: Self.limit),
                by: client
            )
            let installed = try place.install(PublishedLists(pem: body, roots: roots))
            for (list, path) in installed {
                self.output.show(
                    ["installed": .string(path), "crl": JSON(list)],
                    or: ["\(path): good until \(list.end)"]
                )
            }
        } catch {
            try self.warn(of: place)
            throw error
        }
        if try self.warn(of: place) { throw ExitCode(2) }
    }

    /// `ca-cert.pem` beside a directory, which need not exist.
    private static func rootsBeside(_ directory: String) -> String {
        var parts = directory.split(separator: "/", omittingEmptySubsequences: false)
        while parts.last?.isEmpty == true { parts.removeLast() }
        return (parts.dropLast() + ["ca-cert.pem"]).joined(separator: "/")
    }

    /// Says which lists end soon or have ended, and whether there are any.
    @discardableResult
    private func warn(of place: InstalledLists) throws -> Bool {
        let now = Timestamp.now
        let ending = try place.lists().filter { $0.end <= now + self.within.seconds }
        tell(ending.map { "the list of \($0.issuer) \($0.end < now ? "has ended" : "ends") at \($0.end)" })
        return !ending.isEmpty
    }
}

extension RevocationList {
    /// When the next one must be there; the epoch for a list that does not say it, so that it counts as ended.
    var end: Timestamp { self.nextUpdate ?? Timestamp(seconds: 0) }
}
