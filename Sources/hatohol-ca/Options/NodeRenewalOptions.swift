internal import ArgumentParser
internal import CertificateAuthority
internal import Enrolment
internal import Glibc
internal import JSONRPC

/// How a node renews its own certificate at an enrolment service.
struct NodeRenewalOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "On a node: the enrolment service. CERT is the certificate's file, which is replaced.",
            valueName: "url"
        ),
        transform: serviceURL
    )
    var url: ServiceAddress?

    @Option(help: ArgumentHelp("With --url: the key; default key.pem beside the certificate.", valueName: "file"))
    var key: String?

    @Option(help: ArgumentHelp("With --url: the roots; default ca-cert.pem beside the certificate.", valueName: "file"))
    var ca: String?

    @Option(
        help: ArgumentHelp(
            "With --url: the first line opens the key, if it is encrypted; a new one, too.",
            valueName: "file"
        )
    )
    var keyPassphraseFile: String?

    @Flag(help: "With --url: make a new key as well; both files change at one moment.")
    var rekey = false

    @Option(help: ArgumentHelp("With --rekey: the kind of key, as for 'create'; default as now.", valueName: "type"))
    var keyType: KeyType?

    @Option(help: ArgumentHelp("With --url: wait a random time up to this before asking.", valueName: "seconds"))
    var jitter = 0

    @Option(help: ArgumentHelp("With --url: how long to try while the service is away.", valueName: "seconds"))
    var patience = 60

    @Option(
        help: ArgumentHelp("With --url: run this by /bin/sh when the certificate was replaced.", valueName: "command")
    )
    var hook: String?

    func validate() throws {
        guard (0...86_400).contains(self.jitter), (0...86_400).contains(self.patience) else {
            throw ValidationError("--jitter and --patience are at most 86400 seconds")
        }
        let isNodes = self.key != nil || self.ca != nil || self.hook != nil || self.keyPassphraseFile != nil
        guard self.url != nil || !isNodes else {
            throw ValidationError("--key, --key-passphrase-file, --ca and --hook belong to --url")
        }
        guard self.url != nil || !self.rekey else {
            throw ValidationError("--rekey belongs to --url; on the authority's host there is 'hatohol-ca rekey'")
        }
        guard self.rekey || self.keyType == nil else { throw ValidationError("--key-type belongs to --rekey") }
    }

    /// Renews the certificate in a file; the outcome goes to `output`.
    func renew(_ path: String, at url: ServiceAddress, ifNeeded: Bool, dryRun: Bool, _ output: OutputOptions) throws {
        let files = NodeFiles(certificate: path, key: self.key, roots: self.ca)
        let chain = try Certificate.list(bytes: Files.read(files.certificate), from: files.certificate)
        guard let old = chain.first else {
            throw AuthorityError(.input, "reading the certificate \(path)", "it holds no certificate")
        }
        let isDue = old.renewalTime <= .now
        if dryRun || (ifNeeded && !isDue) {
            if !dryRun { try self.runOwedHook(files) }
            return output.show(
                [
                    "renewed": false, "due": .bool(isDue), "dueFrom": JSON(old.renewalTime),
                    "notAfter": JSON(old.notAfter),
                ],
                or: [
                    (isDue ? "due since" : "not due before")
                        + " \(old.renewalTime): it is good until \(old.notAfter)"
                ]
            )
        }
        let (key, passphrase) = try OwnKeyOptions.open(files.key, passphraseFile: self.keyPassphraseFile)
        let roots = try Certificate.list(bytes: Files.read(files.roots), from: files.roots)
        if self.jitter > 0 { sleep(UInt32.random(in: 0...UInt32(self.jitter))) }
        var client = ServiceClient(url, trust: .roots(roots))
        client.identity = (chain, key)
        let newKey = self.rekey ? try files.nextKey(self.keyType ?? key.type ?? .p256, after: key, passphrase) : nil
        let order = RenewalOrder(request: try newKey.map { try Self.request(for: old, key: $0) })
        let request = ServiceRequest.post("/v1/renew", order.encoded())
        let body = try Persistence(seconds: self.patience).send(request, by: client) {
            // Nothing will be signed for it: the next attempt makes another.
            if newKey != nil { try files.forgetNextKey() }
        }
        let answer = try NodeAnswer(EnrolmentAnswer(bytes: body), key: newKey ?? key, from: "\(url)")
        guard answer.certificate.subject == old.subject else {
            throw AuthorityError(.refused, "renewing \(path)", "the answer is for \(answer.certificate.subject)")
        }
        if self.hook != nil { try files.oweHook() }
        try files.renew(answer, newKey: newKey, passphrase)
        try self.runOwedHook(files)
        output.show(
            [
                "renewed": true, "rekeyed": .bool(self.rekey), "keyFile": .string(files.key),
                "certificateFile": .string(files.certificate),
                "certificate": JSON(answer.certificate),
            ],
            or: answer.certificate.lines + (self.rekey ? [files.key] : []) + [files.certificate]
        )
    }

    /// Runs the command for a certificate that was replaced; also when it failed in an earlier run, since what reads the file
    /// at its word alone still has the old one.
    private func runOwedHook(_ files: NodeFiles) throws {
        guard let hook, files.owesHook else { return }
        try files.run(hook: hook)
        tell(["ran: \(hook)"])
    }

    private static func request(for old: Certificate, key: PrivateKey) throws -> String {
        let request = try CertificateRequest(subject: old.subject, alternativeNames: old.alternativeNames, key: key)
        return String(decoding: request.pem, as: UTF8.self)
    }
}
