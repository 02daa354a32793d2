extension Authority {
    /// How long a revocation list is good for unless told otherwise.
    public static var listLifetime: Lifetime { .days(30) }

    /// The latest revocation list; nil when there is none yet.
    public func revocationList() throws -> RevocationList? {
        try FileSystem.readIfThere(self.layout.revocationList, limit: Index.limit).map {
            try RevocationList(bytes: $0, from: self.layout.revocationList)
        }
    }

    /// Why a new revocation list is needed; nil when the present one is good.
    ///
    /// Half of its time must remain: RabbitMQ rejects every client once it has run out.
    public func whyNewListIsNeeded() throws -> String? {
        let latest: RevocationList?
        do {
            latest = try self.revocationList()
        } catch let error as AuthorityError where error.code == .input {
            return "it cannot be read"
        }
        guard let list = latest else { return "there is none yet" }
        guard list.isSigned(by: self.certificate) else { return "another key signed it" }
        let revoked = Set(try self.index().rows.filter { $0.status == .revoked }.map(\.serial))
        guard Set(list.entries.map(\.serial)) == revoked else { return "it does not hold what is revoked" }
        guard let half = list.renewalTime else { return "it has no end" }
        guard list.thisUpdate <= self.clock() else { return "it begins at \(list.thisUpdate) only" }
        return self.clock() >= half ? "more than half of its time has passed" : nil
    }

    /// When the latest list ends, if that is soon and whoever keeps it fresh has missed the time for it.
    ///
    /// A list that has ended always counts. One that is young does not, however short it is: `crl --if-needed` replaces it
    /// when half of its time has passed.
    public func endingList(within lifetime: Lifetime) throws -> Timestamp? {
        guard let list = try self.revocationList(), let end = list.nextUpdate, let half = list.renewalTime else {
            return nil
        }
        let now = self.clock()
        return now >= half && end <= now + lifetime.seconds ? end : nil
    }

    /// What others need to know about revocations, in PEM: the latest list, while the root changes that of the other authority, and
    /// the certificates that sign them where these are no roots.
    ///
    /// The list is written anew when it must be. Where that fails the present one is published, as long as it is good.
    ///
    /// - Throws: `AuthorityError` when there is no list that is good now.
    public func publishedLists(key: PrivateKey) throws -> [UInt8] {
        let isNeeded = try self.whyNewListIsNeeded() != nil
        let fresh = Result { isNeeded ? try self.writeRevocationList(key: key) : nil }
        let now = self.clock()
        var result: [UInt8] = []
        for authority in try self.generations() {
            guard let list = try authority.revocationList(), list.thisUpdate <= now, let end = list.nextUpdate,
                end > now
            else {
                // Without the own list nobody would notice that it is missing.
                if authority.layout.base == self.layout.base { _ = try fresh.get() }
                continue
            }
            result += list.pem
            if !authority.certificate.isSelfSigned { result += authority.certificate.pem }
        }
        return result
    }

    /// Writes a new revocation list with the next number.
    @discardableResult
    public func writeRevocationList(
        key: PrivateKey,
        lifetime: Lifetime = Authority.listLifetime
    ) throws -> RevocationList {
        try self.writeRevocationList(key: key, lifetime: lifetime, in: self.session())
    }

    func writeRevocationList(key: PrivateKey, lifetime: Lifetime, in session: Session) throws -> RevocationList {
        try self.checkOwnValidity("writing the revocation list")
        try self.refuseForgetting(session.index)
        let details = try session.allDetails()
        let entries = session.index.rows.compactMap { row in
            row.revocation.map {
                RevocationList.Entry(
                    serial: row.serial,
                    time: $0.time,
                    reason: details[row.serial]?.reason ?? $0.reason
                )
            }
        }
        let counter = NumberFile(path: self.layout.revocationListNumber)
        let number = try counter.next()
        let now = self.clock()
        let list = try RevocationList(
            entries,
            number: number,
            issuer: self.certificate,
            key: key,
            thisUpdate: now + -300,
            nextUpdate: min(now + lifetime.seconds, .lastUTCTime)
        )
        guard list.isSigned(by: self.certificate), list.entries.count == entries.count else {
            throw AuthorityError(
                .library,
                "verifying the new revocation list",
                "it does not read back as it was written"
            )
        }
        // First the counter: a number lost to a crash does no harm, a number used twice does.
        try counter.write(number.next)
        try FileSystem.write(list.pem, to: self.layout.revocationList)
        try session.note("crl", [("number", "\(number)"), ("revoked", "\(entries.count)")])
        return list
    }

    /// A list without what an earlier one or the log has would let revoked clients back in.
    private func refuseForgetting(_ index: Index) throws {
        let forgotten = try self.forgottenRevocations(in: index)
        guard let first = forgotten.first else { return }
        throw AuthorityError(
            .damaged,
            "writing the revocation list",
            "it would forget what the latest list or the audit log call revoked and index.txt does not"
                + " (\(forgotten.count == 1 ? "" : "\(forgotten.count), first ")\(first.serial))",
            advice: "'hatohol-ca doctor --repair' puts that back"
        )
    }

    /// Puts the list where RabbitMQ looks for it: `<hash>.r0`, or the number behind lists of other authorities of that name.
    ///
    /// - Returns: the path of its file.
    /// - Throws: `AuthorityError` of code `refused` for a list that clients would not believe now, or when a newer one is there.
    public func install(_ list: RevocationList, into directory: String) throws -> String {
        let step = "installing the revocation list into \(directory)"
        guard let end = list.nextUpdate, end > self.clock() + 3600 else {
            throw AuthorityError(
                .refused,
                step,
                "it ends within an hour or has ended, and RabbitMQ would reject every client",
                advice: "write a new one with 'hatohol-ca crl'"
            )
        }
        guard list.thisUpdate <= self.clock() else {
            throw AuthorityError(
                .refused,
                step,
                "it begins at \(list.thisUpdate) only, and OpenSSL would reject every client until then",
                advice: "set the clock, and write a new one with 'hatohol-ca crl'"
            )
        }
        return try RevocationListDirectory(path: directory).install(list, of: self.certificate)
    }
}
