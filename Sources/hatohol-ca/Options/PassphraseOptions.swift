internal import ArgumentParser
internal import CertificateAuthority

/// Where the passphrase of the authority's key comes from; never the command line, which everybody can read.
struct PassphraseOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The first line is the passphrase of the authority's key.", valueName: "file"))
    var passphraseFile: String?

    @Option(help: ArgumentHelp("An open file descriptor whose first line is the passphrase.", valueName: "number"))
    var passphraseFd: Int32?

    func validate() throws {
        guard self.passphraseFile == nil || self.passphraseFd == nil else {
            throw ValidationError("--passphrase-file and --passphrase-fd exclude each other")
        }
    }

    /// The passphrase given by an option; nil when none is.
    var given: Passphrase? {
        get throws {
            if let passphraseFile { return try PassphraseSource.file(passphraseFile) }
            if let passphraseFd { return try PassphraseSource.descriptor(passphraseFd) }
            return nil
        }
    }

    /// The key of the other authority of a change of the root, which has a passphrase of its own; nil when ours is another one
    /// and there is nobody to ask.
    func keyIfItOpens(of authority: Authority) throws -> PrivateKey? {
        do {
            return try self.key(of: authority)
        } catch let error as AuthorityError where error.code == .passphrase {
            return nil
        }
    }

    /// The authority's key, opened; the passphrase is asked for at the terminal if it must be.
    ///
    /// The question names the authority: during a change of the root there are two, each with a passphrase of its own.
    func key(of authority: Authority) throws -> PrivateKey {
        guard let given = try self.given else {
            let question = "Passphrase of the key of \(authority.certificate.subject): "
            return try authority.key(authority.needsPassphrase ? PassphraseSource.prompt(question) : nil)
        }
        do {
            return try authority.key(given)
        } catch let error as AuthorityError where error.code == .passphrase {
            // The first releases took the carriage return of a file from Windows for a part of the passphrase.
            guard let key = try? authority.key(given.withCarriageReturn) else { throw error }
            return key
        }
    }
}
