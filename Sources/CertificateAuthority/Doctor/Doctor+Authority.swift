internal import Glibc

extension Doctor {
    /// Key, certificate, revocation list and audit log.
    mutating func examineAuthority(patience: Patience) throws {
        let authority: Authority
        do {
            authority = try Authority(base: self.layout.base, patience: patience, clock: self.clock)
            if self.isRepairing { _ = try authority.session() }
        } catch let error as AuthorityError {
            return self.add(.error, "authority", error.description)
        }
        if FileSystem.exists(self.layout.journal) {
            self.add(.warning, "journal", "a change was interrupted; the next one completes it")
        }
        try self.examineRevocations(authority)
        try self.examineKey(authority)
        self.examineCertificate(authority)
        try self.examineRevocationList(authority)
        do {
            self.add(.good, "audit log", "\(try authority.audit.verified().count) entries, the chain is whole")
        } catch let error as AuthorityError {
            self.add(.error, "audit log", error.description)
        }
        if !FileSystem.exists(self.layout.certificateLink) {
            let layout = self.layout
            try self.repair("ca-cert.pem", "the link beside openssl.cnf was missing", level: .warning) {
                try Authority.link(layout)
            }
        }
    }

    /// What the latest list or the audit log calls revoked stays revoked, whatever became of the database.
    private mutating func examineRevocations(_ authority: Authority) throws {
        // A release that was interrupted is on record, and in the log only when it is completed.
        guard !FileSystem.exists(self.layout.journal), (try? authority.index()) != nil else { return }
        let forgotten = try authority.forgottenRevocations()
        if self.isRepairing { try authority.restore(forgotten) }
        for entry in forgotten {
            let reason = entry.reason.map { " for \($0.rawValue)" } ?? ""
            try self.repair("revocations", "index.txt had forgotten that \(entry.serial) was revoked\(reason)") {}
        }
    }

    private mutating func examineKey(_ authority: Authority) throws {
        if let token = try authority.tokenKey { return self.add(.good, "key", "a token keeps it: \(token)") }
        let path = self.layout.key
        var status = stat()
        guard stat(path, &status) == 0 else { return self.add(.error, "key", "\(path) is missing") }
        if status.st_mode & 0o077 != 0 {
            try self.repair("key", "others could read \(path)") {
                guard chmod(path, 0o600) == 0 else { throw FileSystem.failure("changing the mode of \(path)") }
            }
        }
        guard authority.needsPassphrase else {
            return self.add(.warning, "key", "it is not encrypted: whoever copies the file is the authority")
        }
        guard let encryption = authority.keyEncryption, encryption.isStrong else {
            let found = authority.keyEncryption.map { "\($0)" } ?? "an old form of PEM"
            return self.add(.warning, "key", "its encryption is weak: \(found)")
        }
        self.add(.good, "key", "encrypted: \(encryption)")
    }

    private mutating func examineCertificate(_ authority: Authority) {
        let certificate = authority.certificate
        let days = certificate.notAfter.days(since: self.clock())
        for finding in Lint.findings(certificate, now: self.clock()) where finding.severity != .notice {
            let advice = "'hatohol-ca init --renew' renews it with the same key and name"
            self.add(finding.severity == .error ? .error : .warning, "certificate", "\(finding.text); \(advice)")
        }
        self.add(
            days > 90 ? .good : .warning,
            "certificate",
            "\(certificate.subject), until \(certificate.notAfter.day), \(days) days"
        )
    }

    private mutating func examineRevocationList(_ authority: Authority) throws {
        let latest: RevocationList?
        do {
            latest = try authority.revocationList()
        } catch {
            return self.add(.error, "revocation list", "\(error); 'hatohol-ca crl' writes a new one")
        }
        guard let list = latest else {
            // An index that cannot be read has a finding of its own.
            let revoked = (try? authority.index().rows.contains { $0.status == .revoked }) ?? false
            return self.add(
                revoked ? .error : .good,
                "revocation list",
                revoked ? "there is none, but revocations" : "none is needed yet"
            )
        }
        guard let end = list.nextUpdate, end > self.clock() else {
            return self.add(
                .error,
                "revocation list",
                "it has ended, and a broker that checks it rejects everybody; 'hatohol-ca crl' writes a new one"
            )
        }
        guard (try? authority.index()) != nil else {
            return self.add(.warning, "revocation list", "it cannot be compared with index.txt, which cannot be read")
        }
        if let reason = try authority.whyNewListIsNeeded() {
            return self.add(.warning, "revocation list", "\(reason); 'hatohol-ca crl --if-needed' writes a new one")
        }
        self.add(.good, "revocation list", "number \(list.number?.description ?? "none"), until \(end)")
    }
}
