public import JSONRPC

/// Asks for triggers.
public struct FetchTriggers: Hashable, ProcedureParams {
    /// The procedure.
    public static let procedure = Procedure.fetchTriggers

    /// The hosts asked about; absent for all.
    public var hostIds: [String]?
    /// To be copied into the put that follows (String255).
    public var fetchId: String

    /// Puts the fields together.
    public init(hostIds: [String]? = nil, fetchId: String) {
        self.hostIds = hostIds
        self.fetchId = fetchId
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.hostIds = object.optionalTexts("hostIds")
        self.fetchId = object.identifier("fetchId")
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        if let texts = self.hostIds { writer.member("hostIds", texts: texts) }
        writer.member("fetchId", self.fetchId)
        writer.endObject()
    }
}
