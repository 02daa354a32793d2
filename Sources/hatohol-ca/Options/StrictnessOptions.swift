internal import ArgumentParser
internal import CertificateAuthority

/// Where a verification is less strict than the strictest peer.
struct StrictnessOptions: ParsableArguments {
    @Flag(help: "Accept a chain that ends at a trusted certificate although that is no root.")
    var partialChain = false

    @Flag(help: "Take the name from the subject if there are no alternative names, as old clients do.")
    var commonName = false

    @Flag(help: "Accept weak keys, and what OpenSSL accepts of RFC 5280's rules unless told to be strict.")
    var lenient = false

    /// Applies them.
    func apply(to options: inout VerificationOptions) {
        options.acceptsPartialChain = self.partialChain
        options.acceptsCommonName = self.commonName
        options.isStrict = !self.lenient
    }
}
