internal import COpenSSL
internal import Escaping

/// The change of an authority's root without an outage: trust first, certificates next, distrust last.
///
/// The new authority grows in `next` beside the old one. Its key is also certified by the old one (a cross certificate), so that
/// peers which still know the old root alone accept what the new one signs.
public struct Rollover {
    /// How far the change is.
    public enum Stage: String, Sendable {
        /// No change is under way.
        case none
        /// The new authority is there; its root must get to every peer.
        case prepared
        /// Every certificate is signed again; they must get to their hosts.
        case reissued
        /// The new authority signs; the old one is still trusted.
        case switched
    }

    /// The authority that signs at present.
    public let authority: Authority
    var layout: Layout { self.authority.layout }
    /// The files for the hosts; the switch moves them to the old authority's directory.
    var reissuedDirectory: String {
        "\(self.stage == .switched ? self.layout.previous : self.layout.next)/reissued"
    }

    /// The change of an authority.
    public init(_ authority: Authority) { self.authority = authority }

    /// How far the change is, as the files say.
    public var stage: Stage {
        if FileSystem.exists("\(self.layout.next)/CA") {
            return FileSystem.exists("\(self.layout.next)/reissued") ? .reissued : .prepared
        }
        return self.authority.crossCertificate != nil ? .switched : .none
    }

    /// What must be true before the next step, and the step.
    public var advice: [String] {
        switch self.stage {
        case .none: ["Nothing is under way. 'rollover prepare' makes a new authority beside this one."]
        case .prepared:
            [
                "Give \(self.layout.bundle), which holds both roots, to every host as its trusted authorities:",
                "the broker (cacertfile, then rabbitmqctl eval 'ssl:clear_pem_cache().'), the server and every node.",
                "If the broker checks revocation, it needs a list of the new authority as well, or it rejects everybody there:",
                "hatohol-ca crl --base-directory \(self.layout.next.escaped(for: .shellWord)) --install DIRECTORY",
                "When all have it: 'rollover reissue'.",
            ]
        case .reissued:
            [
                "Give each host its certificate from \(self.reissuedDirectory); keys stay as they are.",
                "Clients and broker may change in any order. When all have theirs: 'rollover switch'.",
            ]
        case .switched:
            [
                "New certificates come from the new root. When 'list --base-directory \(self.layout.previous.escaped(for: .shellWord))' shows nothing",
                "that is still in use: 'rollover retire', and give the new bundle to every host.",
            ]
        }
    }

    /// The authority that comes next; throws unless it was prepared.
    public func next() throws -> Authority {
        guard self.stage == .prepared || self.stage == .reissued else {
            throw self.wrongStage("opening the new authority", .prepared)
        }
        return try Authority(base: self.layout.next, patience: self.authority.patience, clock: self.authority.clock)
    }

    /// Makes the new authority, the cross certificate and the bundle of both roots.
    public func prepare(_ new: NewAuthority, key: PrivateKey) throws -> Authority {
        try self.checkPreparing(new)
        let next = try Authority.initialize(new, base: self.layout.next, clock: self.authority.clock)
        let cross = try self.authority.certify(next, key: key)
        try FileSystem.write(cross.pem, to: next.layout.crossCertificate)
        try self.writeBundle([self.authority.certificate, next.certificate])
        return next
    }

    /// Signs every valid certificate again by the new authority, for the same keys, except those that a renewal replaced.
    public func reissue(nextKey: PrivateKey) throws -> [(certificate: Certificate, file: String)] {
        let plan = try self.reissuing()
        let next = plan.succession.new
        // What an interrupted run signed already is filed, not signed once more.
        let signed = try plan.succession.signedAgain()
        var written: [(certificate: Certificate, file: String)] = []
        for (entry, file) in plan.due {
            let old = try plan.succession.old.certificate(entry.row.serial)
            let certificate =
                try signed[entry.row.serial].map { try next.certificate($0) }
                ?? next.signAgain(old, entry.details, key: nextKey, action: "reissue")
            try FileSystem.makeDirectory(self.reissuedDirectory)
            try FileSystem.write(next.fullChain(certificate), to: file)
            written.append((certificate, file))
        }
        try FileSystem.makeDirectory(self.reissuedDirectory)
        return written
    }

    /// Puts the new authority in the place of the old one, which moves to `previous`.
    public func switchOver() throws -> Authority {
        try self.checkSwitching()
        let session = try self.authority.session()
        try session.note("switch-root", [("to", try self.next().certificate.subjectLine)])
        // One call exchanges both, so that there is an authority at every moment.
        guard copenssl_exchange("\(self.layout.next)/CA", self.layout.directory) == 0 else {
            throw FileSystem.failure("exchanging \(self.layout.next)/CA and \(self.layout.directory)")
        }
        try FileSystem.synchronizeDirectory(of: self.layout.directory)
        try FileSystem.rename(self.layout.next, to: self.layout.previous)
        let previous = Layout(base: self.layout.previous)
        let old = try Authority(base: previous.base)
        let now = try Authority(base: self.layout.base, patience: self.authority.patience, clock: self.authority.clock)
        try Self.writeConfiguration(of: old)
        // The operator's own settings stay, unless they name a token's key, which is now the wrong one.
        if try old.tokenKey != now.tokenKey {
            try FileSystem.keepOld(now.layout.configuration)
            try Self.writeConfiguration(of: now)
        }
        return now
    }

    private static func writeConfiguration(of authority: Authority) throws {
        let text = try OpenSSLConfiguration.text(directory: authority.layout.directory, key: authority.tokenKey)
        try FileSystem.write(Array(text.utf8), to: authority.layout.configuration)
    }

    /// Ends the change: the cross certificate goes, and the bundle holds the new root alone.
    public func retire() throws {
        try self.checkRetiring()
        let session = try self.authority.session()
        try self.writeBundle([self.authority.certificate])
        try FileSystem.rename(self.layout.crossCertificate, to: self.layout.crossCertificate + ".retired")
        try session.note("retire-root", [("root", self.authority.certificate.subjectLine)])
    }

    private func writeBundle(_ certificates: [Certificate]) throws {
        try FileSystem.write(certificates.flatMap(\.pem), to: self.layout.bundle)
    }
}
