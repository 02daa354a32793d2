internal import HAPI

extension EventView {
    /// An id for an event that came with an empty one: made from its content, so that a copy sent again is recognised and
    /// another event is not taken for a copy.
    ///
    /// 64 bits of FNV-1a, which stays the same from run to run as `Hasher` does not.
    var contentID: String {
        var hash = FNV()
        hash.add(self.brief)
        hash.add(self.triggerId)
        hash.add(self.hostId)
        hash.add(self.hostName)
        hash.add(self.extendedInfo)
        hash.add(self.type.rawValue.utf8.span)
        hash.add((self.status?.rawValue ?? "").utf8.span)
        hash.add((self.severity?.rawValue ?? "").utf8.span)
        return "\(self.time)/\(String(hash.value, radix: 16))"
    }
}

private struct FNV {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ text: Span<UInt8>) {
        for index in text.indices { self.add(text[index]) }
        self.add(0xFF)  // never in UTF-8: where one text ends and the next begins counts
    }

    private mutating func add(_ byte: UInt8) { self.value = (self.value ^ UInt64(byte)) &* 0x100_0000_01B3 }
}
