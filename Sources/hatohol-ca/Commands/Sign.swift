internal import ArgumentParser
internal import CertificateAuthority

struct Sign: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sign a request.",
        discussion: """
            Shows what was requested and what is granted. A request gets its own common
            name; further names need --accept-names, --san, or a line in policy.conf.
            The extensions come from the profile, never from the request.

            EXAMPLES
              hatohol-ca sign client req.pem --base-directory /etc/hatohol/ca
              hatohol-ca sign server req.pem --days 90 --out broker-cert.pem
              hatohol-ca sign ca issuing-req.pem --permit DNS:example.com
            """
    )

    @Argument(help: "client, server, peer, ca or ocsp.")
    var profile: Profile

    @Argument(help: ArgumentHelp("The request.", valueName: "req"), completion: .file())
    var request: String

    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var signing: SigningOptions
    @OptionGroup var output: OutputOptions

    @Option(
        name: .customLong("san"),
        help: ArgumentHelp("Grant these names instead of the requested ones; repeatable.", valueName: "type:value"),
        transform: alternativeName
    )
    var alternativeNames: [SubjectAlternativeName] = []

    @Option(
        name: .customLong("permit"),
        help: ArgumentHelp("Limit the names below an authority; repeatable.", valueName: "type:value"),
        transform: nameConstraint
    )
    var permitted: [NameConstraint] = []

    @Flag(help: "Grant every name the request asks for, unless policy.conf denies it.")
    var acceptNames = false

    @Flag(help: "Leave out the names that are not allowed.")
    var dropNames = false

    @Flag(help: "Certify a key although it was revoked as compromised, if that was a mistake.")
    var acceptCompromisedKey = false

    @Flag(help: "Replace the certificate's file; the old one gets the ending .old.")
    var force = false

    func validate() throws {
        guard self.permitted.isEmpty || self.profile == .ca else { throw ValidationError("--permit is for 'sign ca'") }
    }

    func run() throws {
        let authority = try self.directory.open()
        let file = self.signing.out ?? self.profile.defaultFileName
        if !self.signing.dryRun, !self.force { try Files.refuseExisting(file) }
        var order = self.signing.order(self.profile)
        order.alternativeNames = self.alternativeNames.isEmpty ? nil : self.alternativeNames
        order.acceptsRequestedNames = self.acceptNames
        order.dropsRefusedNames = self.dropNames
        order.acceptsCompromisedKey = self.acceptCompromisedKey
        order.permitted = self.permitted
        let request = try CertificateRequest(bytes: Files.read(self.request), from: self.request)
        let plan = try authority.plan(request, order, from: self.request)
        if self.signing.dryRun { return self.output.show(JSON(plan), or: plan.lines) }
        if !self.output.json { tell(plan.lines) }
        let certificate = try authority.sign(plan, key: self.passphrase.key(of: authority))
        try authority.write(certificate, to: file, force: self.force)
        self.output.show(
            ["certificateFile": .string(file), "plan": JSON(plan), "certificate": JSON(certificate)],
            or: ["", "The next action:"] + self.nextAction(authority, file)
        )
    }

    private func nextAction(_ authority: Authority, _ file: String) -> [String] {
        let root = authority.layout.certificate
        switch self.profile {
        case .client:
            return [
                "Copy \(root) and \(file) to client host and",
                "use it in your application such as Hatohol and Fluentd.",
            ]
        case .server, .peer:
            return ["Copy \(root) and \(file) to server host and", "use it in your application such as RabbitMQ."]
        case .ca:
            return [
                "Copy \(root) and \(file) to the host of the authority below and run there:",
                "  % hatohol-ca init --base-directory DIRECTORY --certificate FILE --chain ca-cert.pem",
            ]
        case .ocsp:
            return [
                "Copy \(file) to the host of the responder and run there:",
                "  % hatohol-ca ocsp --serve HOST:PORT --cert FILE --key key.pem",
            ]
        }
    }
}
