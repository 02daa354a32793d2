public import JSONRPC

/// Asks for past values of an item.
public struct FetchHistory: Hashable, ProcedureParams {
    /// The procedure.
    public static let procedure = Procedure.fetchHistory

    /// The host (String255).
    public var hostId: String
    /// The item (String255).
    public var itemId: String
    /// The first moment, inclusive.
    public var beginTime: TimeStamp
    /// The last moment, inclusive.
    public var endTime: TimeStamp
    /// To be copied into the put that follows (String255).
    public var fetchId: String

    /// Puts the fields together.
    public init(hostId: String, itemId: String, beginTime: TimeStamp, endTime: TimeStamp, fetchId: String) {
        self.hostId = hostId
        self.itemId = itemId
        self.beginTime = beginTime
        self.endTime = endTime
        self.fetchId = fetchId
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.hostId = object.identifier("hostId")
        self.itemId = object.identifier("itemId")
        self.beginTime = object.time("beginTime")
        self.endTime = object.time("endTime")
        self.fetchId = object.identifier("fetchId")
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("hostId", self.hostId)
        writer.member("itemId", self.itemId)
        writer.member("beginTime", self.beginTime)
        writer.member("endTime", self.endTime)
        writer.member("fetchId", self.fetchId)
        writer.endObject()
    }
}
