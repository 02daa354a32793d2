internal import HTTPTypes
internal import Hummingbird
internal import Operations

extension Response {
    static func html(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        var response = self.bytes(Array(text.utf8), type: "text/html; charset=utf-8")
        response.status = status
        return response
    }

    static func json(_ value: JSON, status: HTTPResponse.Status = .ok) -> Response {
        var response = self.bytes(value.encoded, type: "application/json")
        response.status = status
        return response
    }

    static func text(_ text: String) -> Response { self.bytes(Array(text.utf8), type: "text/plain; charset=utf-8") }

    static func bytes(_ bytes: [UInt8], type: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    static var nothing: Response { Response(status: .noContent) }

    /// After a form: shows another page.
    static func see(_ location: String) -> Response { Response(status: .seeOther, headers: [.location: location]) }
}

extension Call {
    /// The answer to a read; only its mark when the client has the same already.
    func json(_ value: JSON) -> Response {
        let bytes = value.encoded
        let tag = "\"" + Secret.base64URL(Array(Secret.sha256(bytes).prefix(12))) + "\""
        let isKnown = self.request.headers[.ifNoneMatch] == tag
        var response = isKnown ? Response(status: .notModified) : Response.bytes(bytes, type: "application/json")
        response.headers[.eTag] = tag
        response.headers[.cacheControl] = "no-cache, private"
        return response
    }
}
