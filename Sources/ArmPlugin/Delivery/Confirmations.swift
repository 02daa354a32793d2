/// Which published requests the broker has not confirmed yet.
///
/// Counts the tags of a channel as the channel does: told of a tag by whoever publishes, it could hear of the confirm first.
struct Confirmations {
    private var lastTag: UInt64 = 0
    private var pending: [(tag: UInt64, id: Int64)] = []

    /// Notes what is published next on the channel; `nil` stands for what nobody asks about.
    mutating func publishing(_ id: Int64?) {
        self.lastTag += 1
        if let id { self.pending.append((self.lastTag, id)) }
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
