internal import HAPI
internal import Store

extension EventView {
    /// An id for an event that came with an empty one: made from its content, so that a copy sent again is recognised and
    /// another event is not taken for a copy.
    var contentID: String {
        var hash = ContentHash()
        hash.add(self.brief)
        hash.add(self.triggerId)
        hash.add(self.hostId)
        hash.add(self.hostName)
        hash.add(self.extendedInfo)
        hash.add(self.type.rawValue.utf8.span)
        hash.add((self.status?.rawValue ?? "").utf8.span)
        hash.add((self.severity?.rawValue ?? "").utf8.span)
        return "\(self.time)/\(hash.text)"
    }
}
