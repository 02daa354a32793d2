internal import Glibc
internal import Synchronization

/// A certificate authority for tests, made with the `openssl` command line, so that our own code is not its own judge.
public final class TestAuthority: Sendable {
    /// Where a certificate and its key lie.
    public struct Identity: Sendable {
        /// The certificate, PEM.
        public let certificate: String
        /// Its private key, PEM.
        public let key: String
    }

    /// An authority for all tests of this process.
    public static let shared = Result { try TestAuthority() }

    /// The path of the authority's certificate.
    public var certificate: String { self.directory.file("ca.pem") }

    /// Paths are handed out as plain text, so the files live as long as the process.
    private static let directories = Mutex<[TemporaryDirectory]>([])

    private let directory: TemporaryDirectory
    private let identities = Mutex<[String: Identity]>([:])

    /// Creates an authority of its own.
    public init(name: String = "Test authority") throws {
        self.directory = try TemporaryDirectory()
        Self.directories.withLock { $0.append(self.directory) }
        let path = self.directory.path
        try self.directory.write(Self.configuration(path), to: "openssl.cnf")
        try self.directory.write("", to: "index.txt")
        try self.directory.write("unique_subject = no\n", to: "index.txt.attr")
        try Command.run(
            "openssl",
            [
                "req", "-x509", "-days", "30", "-subj", "/CN=\(name)", "-config", "\(path)/openssl.cnf", "-extensions",
                "v3_ca",
            ]
                + ["-keyout", "\(path)/ca.key", "-out", "\(path)/ca.pem"] + Self.newKey
        )
    }

    /// Issues a certificate, good for servers and clients.
    ///
    /// - Parameters:
    ///   - commonName: The name of the subject; with EXTERNAL, the user.
    ///   - names: The subject alternative names, as `DNS:localhost` or `IP:127.0.0.1`.
    ///   - isExpired: Whether it ended yesterday.
    /// - Returns: Where certificate and key lie.
    /// - Throws: ``TestFailure`` with the words of `openssl`.
    public func issue(
        _ commonName: String,
        names: [String] = ["DNS:localhost", "IP:127.0.0.1", "IP:::1"],
        isExpired: Bool = false
    ) throws -> Identity {
        try self.identities.withLock { identities in
            let id = "\(commonName) \(names) \(isExpired)"
            if let identity = identities[id] { return identity }
            let identity = try self.make(uniqueName("leaf"), commonName, names, isExpired)
            identities[id] = identity
            return identity
        }
    }

    /// Returns a revocation list with the given certificates on it, for seven days or for a time that is past.
    public func revocationList(revoking identities: [Identity] = [], isExpired: Bool = false) throws -> String {
        try self.identities.withLock { _ in  // openssl's database takes one change at a time
            let configuration = ["-config", self.directory.file("openssl.cnf")]
            for identity in identities {
                try Command.run("openssl", ["ca"] + configuration + ["-revoke", identity.certificate])
            }
            let path = self.directory.file(uniqueName("crl") + ".pem")
            let period =
                isExpired
                ? ["-crl_lastupdate", "20200101000000Z", "-crl_nextupdate", "20200108000000Z"] : ["-crldays", "7"]
            try Command.run("openssl", ["ca"] + configuration + ["-gencrl", "-out", path] + period)
            return path
        }
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    private func make(_ file: String, _ commonName: String, _ names: [String], _ isExpired: Bool) throws -> Identity {
        let base = self.directory.file(file)
        try Command.run(
            "openssl",
            ["req", "-new", "-subj", "/CN=\(commonName)", "-config", self.directory.file("openssl.cnf")]
                + ["-keyout", "\(base).key", "-out", "\(base).csr"] + Self.newKey
        )
        let extensions = try self.directory.write(
            """
            basicConstraints = critical, CA:FALSE
            keyUsage = critical, digitalSignature
            extendedKeyUsage = serverAuth, clientAuth
            subjectKeyIdentifier = hash
            authorityKeyIdentifier = keyid
            \(names.isEmpty ? "" : "subjectAltName = \(names.joined(separator: ", "))")

            """,
            to: "\(file).ext"
        )
        let period = isExpired ? ["-startdate", "20200101000000Z", "-enddate", "20210101000000Z"] : ["-days", "20"]
        try Command.run(
            "openssl",
            ["ca", "-batch", "-notext", "-config", self.directory.file("openssl.cnf"), "-extfile", extensions]
                + ["-in", "\(base).csr", "-out", "\(base).pem"] + period
        )
        return Identity(certificate: "\(base).pem", key: "\(base).key")
    }

    private static func configuration(_ directory: String) -> String {
        """
        [ca]
        default_ca = test
        [test]
        database = \(directory)/index.txt
        new_certs_dir = \(directory)
        certificate = \(directory)/ca.pem
        private_key = \(directory)/ca.key
        rand_serial = yes
        default_md = sha256
        policy = anything
        [anything]
        commonName = supplied
        [req]
        distinguished_name = name
        prompt = no
        [name]
        [v3_ca]
        basicConstraints = critical, CA:TRUE
        keyUsage = critical, keyCertSign, cRLSign
        subjectKeyIdentifier = hash

        """
    }
}
