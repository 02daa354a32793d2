internal import ArgumentParser
internal import CertificateAuthority

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify certificates as a strict peer would; ends with 1 when one fails.",
        discussion: """
            Without --ca the authority's own certificate is trusted, and its revocation
            list is looked at when there is one. Of the authorities in the chain those are
            looked up whose issuer's list is given.

            The chain must end at a root; the name must be an alternative name, with
            wildcards for whole labels only; keys must have 112 bits of security; the rules
            of RFC 5280 apply for extensions, serial numbers and lists. --partial-chain,
            --common-name and --lenient are less strict.

            EXAMPLES
              hatohol-ca verify server-cert.pem --purpose server --host-name broker.example.com
              hatohol-ca verify client-cert.pem --ca new-root.pem --crl crl.pem
            """
    )

    @Argument(help: "Files with a certificate and the chain it comes with.", completion: .file())
    var certificates: [String]

    @OptionGroup(title: "Less strict") var strictness: StrictnessOptions
    @OptionGroup var directory: DirectoryOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("client or server.", valueName: "purpose"))
    var purpose: HostProfile?

    @Option(help: ArgumentHelp("The name that is dialled.", valueName: "name"), transform: readHostName)
    var hostName: HostName?

    @Option(help: ArgumentHelp("The trusted certificates; default the authority's.", valueName: "file"))
    var ca: String?

    @Option(help: ArgumentHelp("A revocation list to look at; repeatable.", valueName: "file"))
    var crl: [String] = []

    func run() throws {
        var isGood = true
        var trusted: [Certificate] = []
        var lists = try self.crl.map { try RevocationList(bytes: Files.read($0), from: $0) }
        if let ca {
            trusted = try Certificate.list(bytes: Files.read(ca), from: ca)
        } else {
            let authority = try self.directory.open()
            trusted = [authority.root, authority.certificate]
            if lists.isEmpty { lists = try authority.revocationList().map { [$0] } ?? [] }
        }
        for file in self.certificates {
            let chain = try Certificate.list(bytes: Files.read(file), from: file)
            guard let certificate = chain.first else {
                throw AuthorityError(.input, "reading the certificate \(file)", "it holds no certificate")
            }
            var options = VerificationOptions(trusted: trusted)
            self.strictness.apply(to: &options)
            options.intermediates = Array(chain.dropFirst())
            options.revocationLists = lists
            options.purpose = self.purpose?.profile
            options.host = self.hostName
            let verification = try Verification(certificate, options)
            isGood = isGood && verification.isGood
            self.output.show(
                [
                    "file": .string(file), "good": .bool(verification.isGood), "reason": JSON(verification.reason),
                    "chain": JSON(verification.chain),
                ],
                or: ["\(file): \(verification.reason ?? "good")"]
            )
        }
        if !isGood { throw ExitCode.failure }
    }
}
