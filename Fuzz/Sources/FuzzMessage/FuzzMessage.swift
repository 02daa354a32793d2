internal import JSONRPC
internal import LibFuzzer

@main
struct FuzzMessage {
    static func main() { runFuzzer(fuzzMessage) }
}

/// The JSON-RPC layer: an answer of the specified kind or none, and never one to a response.
private func fuzzMessage(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    for mode in [JSONReader.InvalidUTF8.reject, .repair] {
        switch Message(parsing: bytes, invalidUTF8: mode) {
        case .malformed(let message):
            precondition(message.error.code == -32700 || message.error.code == -32600)
            expectFailure(Envelope.failure(message.error, id: message.id))
        case .request(let call, let id):
            expectFailure(Envelope.failure(.methodNotFound(call.method), id: id))
            let params = call.params?.bytes ?? Array("null".utf8)
            let copy = Envelope.request(method: call.method, params: params, id: id)
            guard case .request(let again, let same) = Message(parsing: copy, invalidUTF8: mode) else {
                preconditionFailure("a request does not survive")
            }
            precondition(again.method == call.method && same == id)
        case .failure(let error, let id):
            expectFailure(Envelope.failure(error, id: id))
        case .notification, .result: break
        }
    }
    return 0
}

private func expectFailure(_ answer: [UInt8]) {
    guard case .failure = Message(parsing: answer) else {
        preconditionFailure("the answer is no error response")
    }
}
