internal import ArgumentParser
internal import CertificateAuthority

/// Whose key is made, of which kind, and where it goes.
struct KeyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The name under which the host is dialled, or the node's name.", valueName: "name"))
    var hostName: String = HostName.current

    @Option(
        name: .customLong("san"),
        help: ArgumentHelp(
            "A further name: DNS:, IP:, URI: or email: and its value; repeatable.",
            valueName: "type:value"
        ),
        transform: alternativeName
    )
    var alternativeNames: [SubjectAlternativeName] = []

    @Option(help: ArgumentHelp("p256, p384, p521, rsa:2048 to rsa:4096, or ed25519.", valueName: "type"))
    var keyType: KeyType = .p256

    @Option(help: ArgumentHelp("Where the files are written.", valueName: "directory"))
    var outputDirectory = "."

    @Option(
        help: ArgumentHelp(
            "The first line encrypts the new key; a broker pays for that at each handshake.",
            valueName: "file"
        )
    )
    var keyPassphraseFile: String?

    @Flag(help: "Replace files that are there already; the old ones get the ending .old.")
    var force = false

    func identity(_ profile: Profile) throws -> Identity {
        Identity(profile, host: try HostName(self.hostName), alternativeNames: self.alternativeNames)
    }

    var keyPassphrase: Passphrase? { get throws { try self.keyPassphraseFile.map(PassphraseSource.file) } }

    var files: KeyFiles { KeyFiles(directory: self.outputDirectory) }
}

/// The three kinds of certificates that hosts have.
enum HostProfile: String, ExpressibleByArgument, CaseIterable {
    case client, server, peer

    var profile: Profile {
        switch self {
        case .client: .client
        case .server: .server
        case .peer: .peer
        }
    }
}

/// What a key can be made for here; an authority's belongs to `init --below`.
enum KeyProfile: String, ExpressibleByArgument, CaseIterable {
    case client, server, peer, ocsp

    var profile: Profile {
        switch self {
        case .client: .client
        case .server: .server
        case .peer: .peer
        case .ocsp: .ocsp
        }
    }
}
