/// Revocation lists as an enrolment service publishes them, in one PEM: the lists, and the certificates of authorities below a root.
public struct PublishedLists {
    /// Each with the authority that signed it, which one of the roots trusts.
    public let lists: [(list: RevocationList, issuer: Certificate)]

    /// Reads an answer; a list of an authority that the roots do not know is passed over, as there is one while the root changes.
    ///
    /// - Throws: `AuthorityError` when no list is left, and for one that is not valid now.
    public init(pem: [UInt8], roots: [Certificate], now: Timestamp = .now) throws {
        let step = "reading the published revocation lists"
        let below = try Certificate.list(bytes: pem, from: "the service").filter { authority in
            var options = VerificationOptions(trusted: roots)
            options.intermediates = []
            options.time = now
            // Which rules the authorities keep is for those who meet their certificates; here the signature counts.
            options.isStrict = false
            return try authority.isAuthority && Verification(authority, options).isGood
        }
        self.lists = try RevocationList.all(inPEM: pem).compactMap { list in
            (roots + below).first(where: list.isSigned(by:)).map { (list, $0) }
        }
        guard !self.lists.isEmpty else {
            throw AuthorityError(
                .refused,
                step,
                "none is signed by an authority that is trusted here",
                advice: "compare the file of roots with 'GET /v1/ca' of the service"
            )
        }
        for (list, _) in self.lists {
            guard list.thisUpdate <= now, let end = list.nextUpdate, end > now else {
                throw AuthorityError(
                    .refused,
                    step,
                    "the list of \(list.issuer) is good from \(list.thisUpdate) to \(list.nextUpdate?.description ?? "no end"), and not now",
                    advice: "look at the clock here, and at the service's log"
                )
            }
        }
    }
}

/// A directory on the host of a broker or a node from which revocation lists are read.
public struct InstalledLists {
    private let directory: RevocationListDirectory

    /// The lists in a directory, which need not exist.
    public init(directory: String) { self.directory = RevocationListDirectory(path: directory) }

    /// Puts published lists there, each into the place of the one before.
    ///
    /// - Returns: each with the path of its file.
    /// - Throws: `AuthorityError` when a newer list is there already: an old one would bring revoked clients back.
    public func install(_ published: PublishedLists) throws -> [(list: RevocationList, path: String)] {
        try published.lists.map { ($0.list, try self.directory.install($0.list, of: $0.issuer)) }
    }

    /// The lists that are there.
    public func lists() throws -> [RevocationList] { try self.directory.all() }
}
