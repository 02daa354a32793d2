public import JSONRPC

/// Asks for events on one side of a reference point.
public struct FetchEvents: Hashable, ProcedureParams {
    /// The procedure.
    public static let procedure = Procedure.fetchEvents

    /// The reference point, in the arm's own form (String32767).
    public var lastInfo: String
    /// How many, 1 to 1000.
    public var count: Int
    /// Newer or older.
    public var direction: FetchDirection
    /// To be copied into the put that follows (String255).
    public var fetchId: String

    /// Puts the fields together.
    public init(lastInfo: String, count: Int, direction: FetchDirection, fetchId: String) {
        self.lastInfo = lastInfo
        self.count = count
        self.direction = direction
        self.fetchId = fetchId
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.lastInfo = object.text("lastInfo", .string32767, excess: .refuse)
        self.count = object.number("count", in: 1...1000)
        self.direction = object.word("direction", orElse: .ascending)
        self.fetchId = object.identifier("fetchId")
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("lastInfo", self.lastInfo, .string32767)
        writer.member("count", self.count)
        writer.member("direction", self.direction)
        writer.member("fetchId", self.fetchId)
        writer.endObject()
    }
}
