import CertificateAuthority
import Enrolment
import Glibc
import TestSupport
import Testing

/// The TLS of the enrolment service, and what a node says when it does not come about.
struct ServiceTransportTests {
    /// Forward secrecy and authenticated encryption (RFC 9325 section 4.2); the service's own key is for ECDSA.
    @Test func oldCipherSuitesAreNotOffered() async throws {
        let served = try await ServedAuthority(Site())
        func isAgreed(_ suite: String, _ version: String) async throws -> Bool {
            let outcome = try await Tool.openssl(
                "s_client",
                "-connect",
                "127.0.0.1:\(served.port)",
                version,
                "-cipher",
                "\(suite):@SECLEVEL=0"
            )
            return outcome.output.contains("Cipher is ") && !outcome.output.contains("Cipher is (NONE)")
        }
        for suite in [
            "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-AES128-SHA256", "AES128-SHA",
            "AES128-GCM-SHA256", "ECDHE-ECDSA-DES-CBC3-SHA", "NULL", "aNULL",
        ] {
            #expect(try await !isAgreed(suite, "-tls1_2"), "\(suite)")
        }
        #expect(try await isAgreed("ECDHE-ECDSA-AES128-GCM-SHA256", "-tls1_2"))
        #expect(try await isAgreed("DEFAULT", "-tls1_3"))
        for version in ["-tls1", "-tls1_1"] { #expect(try await !isAgreed("ALL", version)) }
    }

    /// A node whose clock is behind meets certificates that have not begun; it is its clock that must be looked at.
    @Test(arguments: [(600, "begins at"), (-40 * 86_400, "ended at")])
    func aClockThatIsWrongIsNamed(_ offset: Int, _ words: String) async throws {
        let site = try Site(clock: { .now + (offset < 0 ? 2 * offset : offset) })
        let issued = try site.issue(.server, "localhost", lifetime: .days(1))
        let log = site.directory.file("s_server")
        let port = Int(try Loopback.closedPort())
        let server = try ChildProcess(
            "openssl",
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-cert", issued.certificateFile, "-key", issued.keyFile,
                "-cert_chain", site.root, "-quiet",
            ],
            output: log
        )
        defer { server.signal(SIGKILL) }
        let client = ServiceClient(
            ServiceAddress(host: "localhost", port: port),
            trust: .roots([site.authority.certificate])
        )
        var failure: AuthorityError?
        try await eventually("the server answers") {
            do {
                _ = try client.send(.post("/v1/enroll", []))
            } catch let error as AuthorityError {
                failure = error
            }
            return failure?.code == .refused
        }
        #expect(failure?.reason.contains(words) == true, "\(failure as Any)")
        #expect(failure?.advice?.contains("clock") == true, "\(failure as Any)")
    }
}
