internal import ArgumentParser
internal import CertificateAuthority

/// How a certificate is signed.
struct SigningOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The certificate's file; default PROFILE-cert.pem.", valueName: "file"))
    var out: String?

    @Option(
        name: .customLong("days"),
        help: ArgumentHelp("How long it is good for: days, or hours as in 36h.", valueName: "days")
    )
    var lifetime: Lifetime?

    @Option(help: ArgumentHelp("Who asked for it; for the record.", valueName: "text"))
    var requester: String?

    @Flag(help: "Show what would be signed, and sign nothing.")
    var dryRun = false

    func order(_ profile: Profile) -> SigningOrder {
        var order = SigningOrder(profile)
        order.lifetime = self.lifetime
        order.requester = self.requester
        return order
    }
}
