internal import ArgumentParser
internal import CertificateAuthority

/// How the key of a host is opened, which `create`, `issue` and `enroll` encrypt when they are told to.
struct OwnKeyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The first line opens the key, if it is encrypted.", valueName: "file"))
    var keyPassphraseFile: String?

    /// The key in a file, and its passphrase if it has one; that is asked for at the terminal if it must be.
    func open(_ path: String) throws -> (key: PrivateKey, passphrase: Passphrase?) {
        try Self.open(path, passphraseFile: self.keyPassphraseFile)
    }

    static func open(_ path: String, passphraseFile: String?) throws -> (key: PrivateKey, passphrase: Passphrase?) {
        let pem = try Files.read(path)
        if let given = try passphraseFile.map(PassphraseSource.file) {
            return (try PrivateKey(pem: pem, passphrase: given, from: path), given)
        }
        do {
            return (try PrivateKey(pem: pem, from: path), nil)
        } catch let error as AuthorityError where error.code == .passphrase {
            guard let passphrase = try PassphraseSource.prompt("Passphrase of \(path): ") else {
                throw AuthorityError(error.code, error.step, error.reason, advice: "give --key-passphrase-file")
            }
            return (try PrivateKey(pem: pem, passphrase: passphrase, from: path), passphrase)
        }
    }
}
