internal import ArgumentParser
internal import CertificateAuthority

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shake hands with a live broker or server, and say what a client would; ends with 1 on failure.",
        discussion: """
            Tries TLS 1.2 and 1.3, and verifies the chain that was sent against each set
            of trusted certificates. Name the sets that your clients have before you
            swap a certificate: a chain to another root shows here first. The chain is
            verified as 'verify' does it; --partial-chain, --common-name and --lenient are
            less strict.

            EXAMPLES
              hatohol-ca check broker.example.com:5671 --ca ca-cert.pem --cert client-cert.pem --key key.pem
              hatohol-ca check broker.example.com:5671 --cert client-cert.pem --key key.pem \\
                  --trust-set old-root.pem --trust-set new-root.pem
            """
    )

    @Argument(help: ArgumentHelp("The peer; port 5671 unless given.", valueName: "host:port"))
    var peer: String

    @OptionGroup var ownKey: OwnKeyOptions
    @OptionGroup(title: "Less strict") var strictness: StrictnessOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("The trusted certificates.", valueName: "file"))
    var ca: String?

    @Option(help: ArgumentHelp("A further set of trusted certificates; repeatable.", valueName: "file"))
    var trustSet: [String] = []

    @Option(help: ArgumentHelp("Our certificate and its chain.", valueName: "file"))
    var cert: String?

    @Option(help: ArgumentHelp("Our key.", valueName: "file"))
    var key: String?

    @Option(
        help: ArgumentHelp("The name that the certificate must have, if not the one dialled.", valueName: "name"),
        transform: readHostName
    )
    var hostName: HostName?

    @Option(help: "What to say after the handshake: amqp, http or none.")
    var application: LiveCheck.Application?

    @Option(help: ArgumentHelp("How long to wait for each answer.", valueName: "seconds"))
    var timeout = 10

    @Option(help: ArgumentHelp("Fail when the certificate ends within that time.", valueName: "days"))
    var within: Lifetime?

    func validate() throws {
        guard (self.cert == nil) == (self.key == nil) else { throw ValidationError("--cert and --key belong together") }
        guard (1...600).contains(self.timeout) else { throw ValidationError("--timeout is between 1 and 600 seconds") }
    }

    func run() throws {
        let check = try self.makeCheck()
        let sets = try ([self.ca].compactMap(\.self) + self.trustSet).map {
            (name: $0, certificates: try Certificate.list(bytes: Files.read($0), from: $0))
        }
        var shown: Certificate?
        var results: [Result] = []
        for version in LiveCheck.Version.allCases {
            let result = try self.judge(check.handshake(version), sets, check)
            results.append(result)
            guard !self.output.json else { continue }
            // Both versions show the same chain as a rule; once is enough.
            for line in result.lines(withChain: result.handshake.chain.first != shown) { print(line) }
            shown = result.handshake.chain.first
        }
        let isGood = results.allSatisfy(\.isGood)
        if check.identity == nil,
            results.contains(where: { $0.handshake.failure != nil && !$0.handshake.chain.isEmpty })
        {
            tell(["note: no certificate was shown, which the peer may demand: --cert and --key show one"])
        }
        if self.output.json {
            let handshakes = JSON.array(results.map(\.json))
            print(JSON.object([("peer", .string(self.peer)), ("good", .bool(isGood)), ("handshakes", handshakes)]))
        }
        if !isGood { throw ExitCode.failure }
    }

    /// What one handshake tells.
    private struct Result {
        let handshake: LiveCheck.Handshake
        let verdicts: [(set: String, verification: Verification)]
        let endsSoon: Bool

        var isGood: Bool {
            self.handshake.failure == nil && !self.endsSoon && self.verdicts.allSatisfy(\.verification.isGood)
        }

        var json: JSON {
            [
                "version": .string(self.handshake.version.rawValue), "cipher": JSON(self.handshake.cipher),
                "failure": JSON(self.handshake.failure), "endsSoon": .bool(self.endsSoon),
                "chain": .array(self.handshake.chain.map { JSON($0) }),
                "verification": .array(
                    self.verdicts.map {
                        [
                            "trustSet": .string($0.set), "good": .bool($0.verification.isGood),
                            "reason": JSON($0.verification.reason),
                        ]
                    }
                ),
            ]
        }

        func lines(withChain: Bool) -> [String] {
            let outcome = self.handshake.failure ?? "good, \(self.handshake.cipher ?? "")"
            let first = ["\(self.handshake.version.rawValue): \(outcome)"]
            guard withChain, let leaf = self.handshake.chain.first else { return first }
            return first
                + self.handshake.chain.map {
                    "  sent \($0.subject), by \($0.issuer), until \($0.notAfter), serial \($0.serial)"
                }
                + ["  names \(leaf.alternativeNames.map(\.description).joined(separator: ", "))"]
                + self.verdicts.map { "  with \($0.set): \($0.verification.reason ?? "good")" }
                + (self.endsSoon ? ["  it ends soon"] : [])
        }
    }

    private func judge(
        _ handshake: LiveCheck.Handshake,
        _ sets: [(name: String, certificates: [Certificate])],
        _ check: LiveCheck
    ) throws -> Result {
        guard let leaf = handshake.chain.first else {
            return Result(handshake: handshake, verdicts: [], endsSoon: false)
        }
        let verdicts = try sets.map { ($0.name, try self.verify(handshake.chain, $0.certificates, check)) }
        let endsSoon = self.within.map { leaf.notAfter <= Timestamp.now + $0.seconds } ?? false
        return Result(handshake: handshake, verdicts: verdicts, endsSoon: endsSoon)
    }

    private func makeCheck() throws -> LiveCheck {
        let (host, port) = try Self.address(self.peer)
        var check = LiveCheck(host: host, port: port)
        check.expectedName = self.hostName
        check.patience = self.timeout
        if let application { check.application = application }
        if let cert, let key {
            check.identity = (
                try Certificate.list(bytes: Files.read(cert), from: cert),
                try self.ownKey.open(key).key
            )
        }
        return check
    }

    private func verify(_ chain: [Certificate], _ trusted: [Certificate], _ check: LiveCheck) throws -> Verification {
        var options = VerificationOptions(trusted: trusted)
        options.intermediates = Array(chain.dropFirst())
        options.purpose = .server
        options.host = check.expectedName ?? check.host
        self.strictness.apply(to: &options)
        return try Verification(chain[0], options)
    }

    /// Reads `host`, `host:port` or `[address]:port`; the port is 5671 unless given.
    static func address(_ text: String) throws -> (HostName, Int) {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            let rest = text[text.index(after: end)...].drop { $0 == ":" }
            return (try HostName(String(text[text.index(after: text.startIndex)..<end])), try Self.port(rest))
        }
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { return (try HostName(text), 5671) }
        return (try HostName(String(parts[0])), try Self.port(parts[1]))
    }

    private static func port(_ text: some StringProtocol) throws -> Int {
        if text.isEmpty { return 5671 }
        guard let port = Int(text), (1...65_535).contains(port) else {
            throw ValidationError("the port is between 1 and 65535")
        }
        return port
    }
}
