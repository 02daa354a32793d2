/// The two authorities of a change of the root that is under way.
public struct Succession {
    /// The one whose certificates are signed again.
    public let old: Authority
    /// The one that signs them again.
    public let new: Authority

    /// What the new authority has signed again, each by the serial number of the old certificate.
    func signedAgain() throws -> [SerialNumber: SerialNumber] {
        let done = try self.new.details().compactMap { serial, details in
            details.renewedFrom.flatMap { SerialNumber($0) }.map { ($0, serial) }
        }
        return Dictionary(done) { first, _ in first }
    }

    /// Those of an authority's certificates that signing again has left out, as it does with what is on hold.
    ///
    /// Empty before anything was signed again, and for certificates of the new authority.
    public func leftOut(_ entries: [CertificateEntry], of authority: Authority) throws -> [CertificateEntry] {
        guard authority.layout.base == self.old.layout.base else { return [] }
        let signed = try self.signedAgain()
        return signed.isEmpty ? [] : entries.filter { signed[$0.row.serial] == nil }
    }
}

extension Rollover {
    /// The two authorities; nil when no change is under way, and when the older one was moved away.
    public func succession() throws -> Succession? {
        switch self.stage {
        case .none: return nil
        case .prepared, .reissued: return Succession(old: self.authority, new: try self.other(self.layout.next))
        case .switched:
            guard Authority.exists(base: self.layout.previous) else { return nil }
            return Succession(old: try self.other(self.layout.previous), new: self.authority)
        }
    }

    private func other(_ base: String) throws -> Authority {
        try Authority(base: base, patience: self.authority.patience, clock: self.authority.clock)
    }
}

extension Authority {
    /// The two authorities of a change of the root, whichever of them this one is; nil when no change is under way.
    public func succession() throws -> Succession? {
        if let found = try Rollover(self).succession() { return found }
        // An operator may have named the directory of the other one.
        guard let slash = self.layout.base.lastIndex(of: "/"),
            case let parent = Layout(base: String(self.layout.base[..<slash])),
            [parent.next, parent.previous].contains(self.layout.base), Authority.exists(base: parent.base)
        else { return nil }
        let found = try Rollover(Authority(base: parent.base, patience: self.patience, clock: self.clock)).succession()
        return found.flatMap { [$0.old, $0.new].contains { $0.layout.base == self.layout.base } ? $0 : nil }
    }

    /// This authority, and while the root changes the other one behind it.
    public func generations() throws -> [Authority] {
        guard let succession = try self.succession() else { return [self] }
        return [self] + [succession.old, succession.new].filter { $0.layout.base != self.layout.base }
    }
}
