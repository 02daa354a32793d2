public import JSONRPC

/// Which part of a divided put this is.
public struct DivideInfo: Hashable, HAPIObject {
    /// True on the final part only.
    public var isLast: Bool
    /// 0, 1, 2 … in order.
    public var serialId: Int
    /// The same for all parts, and not used again for a good while (String255).
    public var requestId: String

    /// Puts the fields together.
    public init(isLast: Bool, serialId: Int, requestId: String) {
        self.isLast = isLast
        self.serialId = serialId
        self.requestId = requestId
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.isLast = object.boolean("isLast")
        self.serialId = object.number("serialId")
        self.requestId = object.identifier("requestId")
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("isLast", self.isLast)
        writer.member("serialId", self.serialId)
        writer.member("requestId", self.requestId)
        writer.endObject()
    }
}
