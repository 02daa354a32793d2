/// Where the parts of an authority lie; the paths of the original scripts and of `openssl ca`.
public struct Layout: Sendable {
    /// The name of a new authority while it is made, below the directory given by the operator.
    static let staging = ".new-authority"

    /// The directory given by the operator; absolute.
    public let base: String

    /// The layout below a directory.
    public init(base: String) { self.base = base }

    /// Settings for `openssl ca`.
    public var configuration: String { "\(self.base)/openssl.cnf" }
    /// What may be signed, if the operator says so.
    public var policy: String { "\(self.base)/policy.conf" }
    /// The directory of `openssl ca`.
    public var directory: String { "\(self.base)/CA" }
    /// The authority's certificate.
    public var certificate: String { "\(self.directory)/ca-cert.pem" }
    /// The authority's certificate in DER.
    public var certificateDER: String { "\(self.directory)/ca-cert.cer" }
    /// The certificates above an authority that is not its own root, in order, the root last.
    public var chain: String { "\(self.directory)/ca-chain.pem" }
    /// The authority's key certified by the previous authority, during a change of the root.
    public var crossCertificate: String { "\(self.directory)/ca-cross.pem" }
    /// All roots to be trusted during a change of the root.
    public var bundle: String { "\(self.base)/ca-bundle.pem" }
    /// The authority that comes next.
    public var next: String { "\(self.base)/next" }
    /// The authority that was before.
    public var previous: String { "\(self.base)/previous" }
    /// The authority's private key.
    public var key: String { "\(self.directory)/private/ca-key.pem" }
    /// Where the private key is instead, when a token keeps it.
    public var keyLocation: String { "\(self.directory)/private/ca-key.uri" }
    /// The request of an authority that waits for its certificate by another one.
    public var request: String { "\(self.directory)/ca-req.pem" }
    /// The database.
    public var index: String { "\(self.directory)/index.txt" }
    /// Whether subjects must be unique.
    public var indexAttributes: String { "\(self.directory)/index.txt.attr" }
    /// The next serial number, for `openssl ca` without `rand_serial`.
    public var serial: String { "\(self.directory)/serial" }
    /// The next number of a revocation list.
    public var revocationListNumber: String { "\(self.directory)/crlnumber" }
    /// The latest revocation list.
    public var revocationList: String { "\(self.directory)/crl.pem" }
    /// One file for each certificate.
    public var certificates: String { "\(self.directory)/newcerts" }
    /// What `openssl ca` has no place for.
    public var records: String { "\(self.directory)/hatohol" }
    /// Held while something changes.
    public var lock: String { "\(self.records)/lock" }
    /// The queue of those who want to change something.
    public var queue: String { "\(self.records)/queue" }
    /// The change under way.
    public var journal: String { "\(self.records)/journal" }
    /// Facts about each certificate.
    public var details: String { "\(self.records)/details" }
    /// What lets nodes enrol.
    public var registrationKeys: String { "\(self.records)/registration-keys" }
    /// The enrolment service's own key and certificate.
    public var service: String { "\(self.records)/service.pem" }
    /// Who did what.
    public var audit: String { "\(self.records)/audit.log" }
    /// A link to the certificate at the place where people look first.
    public var certificateLink: String { "\(self.base)/ca-cert.pem" }

    /// The file of one certificate.
    public func certificate(_ serial: SerialNumber) -> String { "\(self.certificates)/\(serial).pem" }
}
