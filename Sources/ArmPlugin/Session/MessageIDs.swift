internal import JSONRPC

/// Who uses which ids, so that the answer to one call is never taken for that to another.
enum MessageIDs {
    /// The session's own calls.
    static let session: ClosedRange<Int64> = 1...0x1FFF_FFFF
    /// Calls of a polled arm.
    static let calls: ClosedRange<Int64> = 0x2000_0000...0x3FFF_FFFF
    /// Requests with events.
    static let events: ClosedRange<Int64> = 0x4000_0000...0x7FFF_FFFF
}

extension PendingCalls {
    /// Remembers a call under a random id of a range; `nil` when too many calls are pending.
    mutating func register(_ call: Call, deadline: Time, in ids: ClosedRange<Int64>) -> MessageID? {
        while let id = self.register(call, deadline: deadline) {
            if let number = id.integer, ids.contains(number) { return id }
            _ = self.resolve(id)
        }
        return nil
    }
}
