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
        guard let list = try self.revocationList() else { return "there is none yet" }
        guard list.isSigned(by: self.certificate) else { return "another key signed it" }
        let revoked = Set(try self.index().rows.filter { $0.status == .revoked }.map(\.serial))
        guard Set(list.entries.map(\.serial)) == revoked else { return "it does not hold what is revoked" }
        guard let end = list.nextUpdate else { return "it has no end" }
        let half = list.thisUpdate + (end.seconds - list.thisUpdate.seconds) / 2
        return self.clock() >= half ? "more than half of its time has passed" : nil
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

    /// Puts the list where RabbitMQ looks for it: one `<hash>.r0` for each issuer, replaced by renaming.
    ///
    /// Erlang reads all `.rN` of a hash and takes the last one, so that an old one would bring revoked clients back.
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
        try FileSystem.makeDirectory(directory)
        let name = list.hashName
        let path = "\(directory)/\(name).r0"
        try FileSystem.write(list.pem, to: path)
        for other in try FileSystem.names(in: directory)
        where other.hasPrefix("\(name).r") && other != "\(name).r0" && Int(other.dropFirst(name.count + 2)) != nil {
            try FileSystem.remove("\(directory)/\(other)")
        }
        return path
    }
}
