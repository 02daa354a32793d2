public import JSONRPC

/// A JSON object of HAPI: params, a result or a record inside one.
public protocol HAPIObject: JSONEncodable, Sendable {
    /// Reads the members, reporting to the decoder what is wrong.
    init(from object: inout ObjectDecoder)
}

extension HAPIObject {
    /// Reads params or a result, liberally: what may be accepted is, with a note.
    ///
    /// - Throws: ``InvalidParams`` with every problem of every element.
    public static func decode(_ value: JSONValue?) throws(InvalidParams) -> Decoded<Self> {
        guard let value else { throw InvalidParams(problems: ["params: missing"]) }
        var object = ObjectDecoder(value.span, invalidUTF8: value.invalidUTF8)
        guard object.enterReporting(value.span.indices) else { throw object.report.error }
        let decoded = Self(from: &object)
        guard object.report.isClean else { throw object.report.error }
        return Decoded(value: decoded, notes: object.report.allNotes)
    }

    /// Reads params or a result and forgets the notes.
    public init(_ value: JSONValue?) throws(InvalidParams) {
        self = try Self.decode(value).value
    }
}

/// The params of one procedure.
public protocol ProcedureParams: HAPIObject {
    /// The procedure.
    static var procedure: Procedure { get }
}

extension ProcedureParams {
    /// The whole request with these params.
    public func request(id: MessageID) -> [UInt8] {
        Envelope.request(method: Self.procedure.rawValue, params: self.encoded(), id: id)
    }
}
