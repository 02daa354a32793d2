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
}
