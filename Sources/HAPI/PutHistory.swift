public import JSONRPC

/// One value of an item.
public struct Sample: Hashable, HAPIObject {
    /// The value (String255).
    public var value: String
    /// When it was taken.
    public var time: TimeStamp

    /// Puts the fields together.
    public init(value: String, time: TimeStamp) {
        self.value = value
        self.time = time
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.value = object.text("value")
        self.time = object.time("time")
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("value", self.value)
        writer.member("time", self.time)
        writer.endObject()
    }
}

/// Past values of one item, the answer to fetchHistory.
public struct PutHistory: Hashable, ProcedureParams {
    /// The procedure.
    public static let procedure = Procedure.putHistory

    /// The item (String255).
    public var itemId: String
    /// The values, ascending by time.
    public var samples: [Sample]
    /// The fetchId of the request this answers; absent otherwise.
    public var fetchId: String?
    /// Which part this is, if the put is divided.
    public var divideInfo: DivideInfo?

    /// Puts the fields together.
    public init(itemId: String, samples: [Sample], fetchId: String? = nil, divideInfo: DivideInfo? = nil) {
        self.itemId = itemId
        self.samples = samples
        self.fetchId = fetchId
        self.divideInfo = divideInfo
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.itemId = object.identifier("itemId")
        self.samples = object.objects("samples")
        self.fetchId = object.optionalIdentifier("fetchId")
        self.divideInfo = object.optionalObject("divideInfo")
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("itemId", self.itemId)
        writer.member("samples", self.samples)
        writer.member("fetchId", self.fetchId)
        writer.member("divideInfo", self.divideInfo)
        writer.endObject()
    }
}
