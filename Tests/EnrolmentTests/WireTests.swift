import Enrolment
import JSONRPC
import Testing

/// What goes over the wire, and what must not come in.
struct WireTests {
    @Test func ordersAndAnswersReadBack() throws {
        let order = EnrolmentOrder(key: "5f3a9c21-00", request: "-----BEGIN…\n\"x\"")
        #expect(try EnrolmentOrder(bytes: order.encoded()) == order)
        let answer = EnrolmentAnswer(certificate: "a\n", chain: "", authorities: "b")
        #expect(try EnrolmentAnswer(bytes: answer.encoded()) == answer)
        for renewal in [RenewalOrder(), RenewalOrder(request: "x")] {
            #expect(try RenewalOrder(bytes: renewal.encoded()) == renewal)
        }
        #expect(try RenewalOrder(bytes: []) == RenewalOrder())
    }

    @Test func unknownMembersArePassedOver() throws {
        let text = #"{"version": 2, "key": "k", "more": {"a": [1, 2]}, "request": "r"}"#
        #expect(try EnrolmentOrder(bytes: Array(text.utf8)) == EnrolmentOrder(key: "k", request: "r"))
    }

    @Test(arguments: [
        "", "null", "[]", "{", #"{"key": "k"}"#, #"{"request": "r"}"#, #"{"key": 1, "request": "r"}"#,
        #"{"key": "", "request": "r"}"#, #"{"key": "k", "request": "r"} x"#, "\u{0}", "key=k&request=r",
        #"{"key": "\#(String(repeating: "k", count: 65_536))", "request": "r"}"#,
        String(repeating: #"{"a":"#, count: 1000),
    ])
    func otherBodiesAreBadRequests(body: String) {
        let problem = #expect(throws: EnrolmentProblem.self) { try EnrolmentOrder(bytes: Array(body.utf8)) }
        #expect(problem?.status == 400)
    }

    @Test func problemsReadBack() {
        let problem = EnrolmentProblem(403, "The registration key is not valid.")
        #expect(EnrolmentProblem(status: 403, body: problem.encoded(), retryAfter: nil) == problem)
        let foreign = EnrolmentProblem(status: 502, body: Array("<html>".utf8), retryAfter: 3)
        #expect(foreign.detail.contains("502") && foreign.retryAfter == 3)
        let rude = #"{"detail": "a\u001b[31m\nb"}"#
        #expect(EnrolmentProblem(status: 400, body: Array(rude.utf8), retryAfter: nil).detail == "a?[31m?b")
    }

    @Test func requestsSayTheirLength() {
        let request = ServiceRequest.post("/v1/enroll", Array("{}".utf8))
        let text = String(decoding: request.encoded(for: ServiceAddress(host: "::1", port: 8443)), as: UTF8.self)
        #expect(text.hasPrefix("POST /v1/enroll HTTP/1.1\r\nHost: [::1]:8443\r\n"))
        #expect(text.contains("\r\nContent-Length: 2\r\n") && text.hasSuffix("\r\n\r\n{}"))
    }

    @Test func responsesAreReadWhole() {
        func read(_ text: String) -> ServiceResponse? { ServiceResponse(bytes: Array(text.utf8)) }
        let good = read("HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}")
        #expect(good?.status == 429 && good?.retryAfter == 7 && good?.body == Array("{}".utf8))
        #expect(read("HTTP/1.1 200 OK\r\n\r\n")?.body == [])
        for text in [
            "", "HTTP/1.1 200 OK\r\n", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 99 x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 1 << 20),
        ] { #expect(read(text) == nil) }
        #expect(read("HTTP/1.1 503 x\r\nRetry-After: 99999999\r\n\r\n")?.retryAfter == 3600)
    }

    @Test(arguments: [
        ("https://ca.example.com", "ca.example.com", 443), ("https://ca.example.com:8443/", "ca.example.com", 8443),
        ("HTTPS://[2001:db8::1]:8443", "2001:db8::1", 8443), ("https://192.0.2.1:1", "192.0.2.1", 1),
    ])
    func urlsAreRead(url: String, host: String, port: Int) {
        #expect(ServiceAddress(url: url) == ServiceAddress(host: host, port: port))
    }

    @Test(arguments: [
        "http://ca.example.com", "ca.example.com:8443", "https://", "https://a/b", "https://u@a", "https://a:",
        "https://a:x",
        "https://a:70000", "https://a?x", "https://2001:db8::1", "https://a b", "https://a:-1", "https://[::1",
    ])
    func otherURLsAreNot(url: String) { #expect(ServiceAddress(url: url) == nil) }

    @Test func listeningNeedsAPort() {
        #expect(ServiceAddress(listen: "0.0.0.0:8443") == ServiceAddress(host: "0.0.0.0", port: 8443))
        #expect(ServiceAddress(listen: "[::]:0") == ServiceAddress(host: "::", port: 0))
        #expect(ServiceAddress(listen: "localhost") == nil)
    }

    @Test func fingerprintsAreReadInEveryForm() throws {
        let digits = String(repeating: "0a", count: 32)
        let colons = Array(repeating: "0A", count: 32).joined(separator: ":")
        for text in [digits, colons, "sha256:\(digits)", "sha256 Fingerprint=\(colons)"] {
            #expect(Fingerprint(text)?.description == digits)
        }
        for text in ["", "0a", digits + "0a", String(repeating: "0g", count: 32)] { #expect(Fingerprint(text) == nil) }
    }
}
