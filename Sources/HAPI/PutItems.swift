public import JSONRPC

/// A monitored value of a host.
public struct Item: Hashable, HAPIObject {
    /// Its id (String255).
    public var itemId: String
    /// The host (String255).
    public var hostId: String
    /// What it is (String255).
    public var brief: String
    /// When the last value was taken.
    public var lastValueTime: TimeStamp
    /// The last value (String255).
    public var lastValue: String
    /// The groups it belongs to (String255 each).
    public var itemGroupName: [String]
    /// The unit (String255).
    public var unit: String

    /// Puts the fields together.
    public init(
        itemId: String,
        hostId: String,
        brief: String,
        lastValueTime: TimeStamp,
        lastValue: String,
        itemGroupName: [String],
        unit: String
    ) {
        self.itemId = itemId
        self.hostId = hostId
        self.brief = brief
        self.lastValueTime = lastValueTime
        self.lastValue = lastValue
        self.itemGroupName = itemGroupName
        self.unit = unit
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.itemId = object.identifier("itemId")
        self.hostId = object.identifier("hostId")
        self.brief = object.text("brief")
        self.lastValueTime = object.time("lastValueTime")
        self.lastValue = object.text("lastValue")
        self.itemGroupName = object.texts("itemGroupName")
        self.unit = object.text("unit")
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("itemId", self.itemId)
        writer.member("hostId", self.hostId)
        writer.member("brief", self.brief)
        writer.member("lastValueTime", self.lastValueTime)
        writer.member("lastValue", self.lastValue)
        writer.member("itemGroupName", texts: self.itemGroupName)
        writer.member("unit", self.unit)
        writer.endObject()
    }
}

/// All items of an arm; they replace what the server holds.
///
/// Allowed after connecting and in answer to fetchItems.
public struct PutItems: Hashable, ProcedureParams {
    /// The procedure.
    public static let procedure = Procedure.putItems

    /// The items.
    public var items: [Item]
    /// The fetchId of the request this answers; absent otherwise.
    public var fetchId: String?
    /// Which part this is, if the put is divided.
    public var divideInfo: DivideInfo?

    /// Puts the fields together.
    public init(items: [Item], fetchId: String? = nil, divideInfo: DivideInfo? = nil) {
        self.items = items
        self.fetchId = fetchId
        self.divideInfo = divideInfo
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.items = object.objects("items")
        self.fetchId = object.optionalIdentifier("fetchId")
        self.divideInfo = object.optionalObject("divideInfo")
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("items", self.items)
        writer.member("fetchId", self.fetchId)
        writer.member("divideInfo", self.divideInfo)
        writer.endObject()
    }
}
