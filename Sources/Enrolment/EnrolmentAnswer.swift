public import JSONRPC

/// What a node gets: `{"certificate": …, "chain": …, "authorities": …}`, each in PEM.
public struct EnrolmentAnswer: Equatable, Sendable, JSONEncodable {
    /// The node's certificate.
    public let certificate: String
    /// The authorities between it and the root; empty when the root signed it.
    public let chain: String
    /// The roots to trust: one, or two while the root changes.
    public let authorities: String

    /// An answer to be sent.
    public init(certificate: String, chain: String, authorities: String) {
        self.certificate = certificate
        self.chain = chain
        self.authorities = authorities
    }

    /// Reads an answer.
    ///
    /// Throws ``EnrolmentProblem`` with status 502 when it is none.
    public init(bytes: [UInt8]) throws(EnrolmentProblem) {
        let members = try? Members(bytes)
        guard let certificate = members?["certificate"], let chain = members?["chain"],
            let authorities = members?["authorities"]
        else { throw EnrolmentProblem(502, "The server's answer holds no certificate.") }
        self.init(certificate: certificate, chain: chain, authorities: authorities)
    }

    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("certificate")
        writer.value(self.certificate)
        writer.key("chain")
        writer.value(self.chain)
        writer.key("authorities")
        writer.value(self.authorities)
        writer.endObject()
    }
}
