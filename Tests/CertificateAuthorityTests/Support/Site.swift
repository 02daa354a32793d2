import CertificateAuthority
import TestSupport

/// An authority in a directory of its own.
struct Site {
    let directory: TemporaryDirectory
    var authority: Authority
    let key: PrivateKey

    var base: String { self.directory.file("ca") }
    var root: String { self.authority.layout.certificate }
    var configuration: String { self.authority.layout.configuration }

    init(keyType: KeyType = .p256, clock: @escaping @Sendable () -> Timestamp = { .now }) throws {
        self.directory = try TemporaryDirectory()
        var new = NewAuthority(name: "Test CA \(uniqueName("site"))")
        new.keyType = keyType
        self.authority = try Authority.initialize(new, base: self.directory.file("ca"), clock: clock)
        self.key = try self.authority.key(nil)
    }

    /// An authority more than a year old, and a client's certificate that ended since; nothing else is wrong with it.
    static func withEndedClient(_ host: String) throws -> (site: Site, ended: Issued) {
        var site = try Site(clock: { .now + -400 * 86_400 })
        let ended = try site.issue(.client, host, lifetime: .days(1))
        site.authority = try Authority(base: site.base)
        return (site, ended)
    }

    /// Signs for a new key, and files key, certificate and chain below the directory.
    @discardableResult
    func issue(
        _ profile: Profile,
        _ host: String,
        names: [String] = [],
        keyType: KeyType = .p256,
        lifetime: Lifetime? = nil
    ) throws -> Issued {
        let key = try PrivateKey.generate(keyType)
        let identity = Identity(
            profile,
            host: try HostName(host),
            alternativeNames: try names.map { try SubjectAlternativeName($0) }
        )
        var order = SigningOrder(profile)
        order.lifetime = lifetime
        let certificate = try self.authority.sign(self.authority.plan(identity, key: key, order), key: self.key)
        let path = self.directory.file(uniqueName(profile.rawValue))
        let files = KeyFiles(directory: path)
        try files.write(key: key, passphrase: nil, force: false)
        try self.authority.write(certificate, to: "\(path)/cert.pem", force: false)
        return Issued(
            certificate: certificate,
            key: key,
            certificateFile: "\(path)/cert.pem",
            keyFile: files.key,
            profile: profile
        )
    }
}

/// A certificate with its files.
struct Issued {
    let certificate: Certificate
    let key: PrivateKey
    let certificateFile: String
    let keyFile: String
    let profile: Profile
}
