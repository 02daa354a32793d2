/// Encodes JSON-RPC 2.0 messages around params and results that are encoded already.
///
/// Member order is that of the original server: `jsonrpc, method, params, id` and `jsonrpc, result, id`.
public enum Envelope {
    /// Appends a request.
    ///
    /// - Parameters:
    ///   - method: the method; any string.
    ///   - params: one JSON value, which is copied as it is.
    ///   - id: the id the answer will carry.
    ///   - output: where the message goes; give an array that is reused to save its allocation.
    public static func appendRequest(
        method: String,
        params: Span<UInt8>,
        id: MessageID,
        to output: inout [UInt8]
    ) {
        output.reserveCapacity(output.count + params.count + method.utf8.count + 80)
        self.appendCall(method, params, to: &output)
        self.appendID(id, to: &output)
    }

    /// Appends a request whose params are written by `writeParams`.
    ///
    /// - Parameters:
    ///   - method: the method; any string.
    ///   - id: the id the answer will carry.
    ///   - output: where the message goes; give an array that is reused to save its allocation.
    ///   - writeParams: appends one JSON value.
    public static func appendRequest(
        method: String,
        id: MessageID,
        to output: inout [UInt8],
        writeParams: (inout [UInt8]) -> Void
    ) {
        self.appendHead(method, to: &output)
        writeParams(&output)
        self.appendID(id, to: &output)
    }

    /// A request around encoded params.
    public static func request(method: String, params: [UInt8], id: MessageID) -> [UInt8] {
        var output: [UInt8] = []
        self.appendRequest(method: method, params: params.span, id: id, to: &output)
        return output
    }

    /// A notification around encoded params.
    public static func notification(method: String, params: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        self.appendCall(method, params.span, to: &output)
        output.append(UInt8(ascii: "}"))
        return output
    }

    /// The good answer to a request.
    public static func result(_ result: some JSONEncodable, id: MessageID) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("jsonrpc")
        writer.value("2.0")
        writer.key("result")
        result.encode(to: &writer)
        writer.key("id")
        id.encode(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    /// The bad answer to a request.
    public static func failure(_ error: ErrorObject, id: MessageID) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("jsonrpc")
        writer.value("2.0")
        writer.key("id")
        id.encode(to: &writer)
        writer.key("error")
        error.encode(to: &writer)
        writer.endObject()
        return writer.bytes
    }

    private static func appendCall(_ method: String, _ params: Span<UInt8>, to output: inout [UInt8]) {
        self.appendHead(method, to: &output)
        output.append(copying: params)
    }

    /// Appends a call up to its params.
    private static func appendHead(_ method: String, to output: inout [UInt8]) {
        output.append("{\"jsonrpc\":\"2.0\",\"method\":")
        output.appendJSON(method)
        output.append(",\"params\":")
    }

    private static func appendID(_ id: MessageID, to output: inout [UInt8]) {
        output.append(",\"id\":")
        var writer = JSONWriter(appendingTo: output)
        output = []
        id.encode(to: &writer)
        output = writer.take()
        output.append(UInt8(ascii: "}"))
    }
}
