internal import CertificateAuthority
internal import Enrolment
internal import JSONRPC
internal import LibFuzzer

@main
struct FuzzEnrolment {
    static func main() { runFuzzer(fuzzEnrolment) }
}

/// What nodes send to the enrolment service and it to them, and the names that either takes from text.
private func fuzzEnrolment(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    if let order = try? EnrolmentOrder(bytes: bytes) {
        precondition((try? EnrolmentOrder(bytes: encoded(order))) == order, "an order does not survive")
        _ = RegistrationKey.id(of: order.key)
        _ = try? CertificateRequest(bytes: Array(order.request.utf8), from: "order")
    }
    if let order = try? RenewalOrder(bytes: bytes) {
        precondition((try? RenewalOrder(bytes: encoded(order))) == order, "a renewal does not survive")
    }
    if let answer = try? EnrolmentAnswer(bytes: bytes) {
        precondition((try? EnrolmentAnswer(bytes: encoded(answer))) == answer, "an answer does not survive")
    }
    _ = ServiceResponse(bytes: bytes)
    _ = EnrolmentProblem(status: 422, body: bytes, retryAfter: nil).description
    readNames(String(decoding: bytes, as: UTF8.self))
    if let policy = try? Policy(bytes: bytes, from: "fuzz") { read(policy) }
    return 0
}

private func encoded(_ value: some JSONEncodable) -> [UInt8] {
    var writer = JSONWriter()
    value.encode(to: &writer)
    return writer.bytes
}

/// What is allowed or denied is so in any case of letters, and for one profile at least as far as for any.
private func read(_ policy: Policy) {
    for profile in Profile.allCases {
        for (name, other) in [("web1.example.com", "WEB1.Example.com"), ("*.example.com", "*.EXAMPLE.com")] {
            precondition(policy.denies(.dns(name), for: profile) == policy.denies(.dns(other), for: profile))
            precondition(policy.allows(.dns(name), for: profile) == policy.allows(.dns(other), for: profile))
        }
        if let address = IPAddress("192.0.2.1") { _ = policy.allows(.address(address), for: profile) }
        _ = policy.denies(.uri("spiffe://example.com/web1"), for: profile)
        _ = policy.denies(.email("ops@example.com"), for: profile)
        if let longest = policy.longestLifetime(profile) { precondition(longest.seconds > 0) }
    }
}

private func readNames(_ text: String) {
    if let name = try? HostName(text) {
        precondition((try? HostName(name.description)) == name, "a host name is not read as it is written")
        precondition((1...253).contains(name.description.utf8.count), "a host name of another length")
    }
    if let name = try? SubjectAlternativeName(text) { _ = "\(name)" }
    if let address = IPAddress(text) {
        precondition(IPAddress(address.description) == address, "an address is not read as it is written")
    }
    if let number = SerialNumber(text) {
        precondition(SerialNumber(number.description) == number, "a serial number is not read as it is written")
    }
    if let address = ServiceAddress(url: text) { _ = address.description }
    _ = NameGlob(text)?.matches("web1.example.com")
    _ = try? NameConstraint(text)
    _ = Fingerprint(text)?.description
    _ = Lifetime(text)?.description
    _ = try? TokenURI(text)
}
