internal import ArgumentParser
internal import CertificateAuthority

/// Which certificate is meant.
struct CertificateOptions: ParsableArguments {
    @Argument(help: "Serial number, common name, alternative name or file.")
    var certificate: String

    @Option(
        help: ArgumentHelp(
            "Of several with that name the one for client, server, peer, ca or ocsp.",
            valueName: "purpose"
        )
    )
    var purpose: Profile?

    /// The certificate, which must be in one of the given states; refused when several are possible.
    func entry(of authority: Authority, in states: Set<CertificateEntry.State>) throws -> CertificateEntry {
        try authority.findOne(self.certificate, in: states, for: self.purpose)
    }
}
