/// Which certificate replaced which, as far as renewals are on record.
struct Lineage {
    private let predecessors: [SerialNumber: SerialNumber]

    init(_ details: [SerialNumber: Details]) {
        self.predecessors = details.compactMapValues { $0.renewedFrom.flatMap { SerialNumber($0) } }
    }

    /// The certificates that one replaced, itself not among them, nearest first.
    func ancestors(of serial: SerialNumber) -> [SerialNumber] {
        var found: [SerialNumber] = []
        var seen: Set<SerialNumber> = [serial]
        var next = self.predecessors[serial]
        while let one = next, seen.insert(one).inserted {
            found.append(one)
            next = self.predecessors[one]
        }
        return found
    }

    /// The certificates by which one was replaced, directly or in the end.
    func descendants(of serial: SerialNumber) -> Set<SerialNumber> {
        Set(self.predecessors.keys.filter { self.ancestors(of: $0).contains(serial) })
    }

    /// Which of some certificates, oldest first, a later one of them has replaced, and by which.
    ///
    /// Links of the chain that are not among them count as well: what follows them replaced what was before them.
    func successors(among entries: [CertificateEntry]) -> [SerialNumber: SerialNumber] {
        var successors: [SerialNumber: SerialNumber] = [:]
        var older: [SerialNumber: CertificateEntry] = [:]
        for entry in entries {
            for serial in self.ancestors(of: entry.row.serial) {
                guard let old = older[serial], entry.replaces(old) else { continue }
                successors[serial] = entry.row.serial
            }
            older[entry.row.serial] = entry
        }
        return successors
    }
}

extension CertificateEntry {
    /// Whether this one, renewed from another, has taken its place.
    fileprivate func replaces(_ other: CertificateEntry) -> Bool {
        self.row.subject == other.row.subject && self.details.profile == (other.details.profile ?? self.details.profile)
    }
}
