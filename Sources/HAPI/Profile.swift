public import JSONRPC

/// Who a side is and what can be called on it; params and result of exchangeProfile.
public struct Profile: Hashable, ProcedureParams {
    /// The procedure.
    public static let procedure = Procedure.exchangeProfile

    /// The process, for logs (String255).
    public var name: String
    /// The methods it implements; may hold names unknown here.
    public var procedures: [String]

    /// Puts the fields together.
    public init(name: String, procedures: [String]) {
        self.name = name
        self.procedures = procedures
    }

    /// Reads the members.
    public init(from object: inout ObjectDecoder) {
        self.name = object.text("name")
        self.procedures = object.texts("procedures", excess: .refuse)
    }

    /// Writes the members.
    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", self.name)
        writer.member("procedures", texts: self.procedures)
        writer.endObject()
    }

    /// Names a side and what it offers.
    public init(name: String, offering procedures: [Procedure]) {
        self.init(name: name, procedures: procedures.map(\.rawValue))
    }

    /// Whether a procedure can be called on this side.
    public func offers(_ procedure: Procedure) -> Bool {
        self.procedures.contains { Procedure(method: $0) == procedure }
    }
}
