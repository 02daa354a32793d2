/// Which published requests the broker has not confirmed yet, by the tags of one channel.
struct Confirmations {
    private var pending: [(tag: UInt64, id: Int64)] = []

    /// Notes a publication; tags grow.
    mutating func published(_ id: Int64, tag: UInt64) {
        if tag > 0 { self.pending.append((tag, id)) }
    }

    /// Forgets what is confirmed.
    mutating func confirmed(_ tag: UInt64, multiple: Bool) { _ = self.take(tag, multiple) }

    /// Gives the ids of what the broker could not take over.
    mutating func rejected(_ tag: UInt64, multiple: Bool) -> [Int64] { self.take(tag, multiple) }

    private mutating func take(_ tag: UInt64, _ multiple: Bool) -> [Int64] {
        let isMeant = { (entry: (tag: UInt64, id: Int64)) in multiple ? entry.tag <= tag : entry.tag == tag }
        let ids = self.pending.filter(isMeant).map(\.id)
        self.pending.removeAll(where: isMeant)
        return ids
    }
}
