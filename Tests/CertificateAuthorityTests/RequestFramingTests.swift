import CertificateAuthority
import TestSupport
import Testing

/// Requests that a proxy in front of the enrolment service might read differently than the service, and TLS that it refuses.
@Suite(.timeLimit(.minutes(5)))
struct RequestFramingTests {
    private static let generous = ["--refusals-per-minute", "100000", "--requests-per-minute", "100000"]

    @Test func requestsWithTwoReadingsAreRefusedOrReadInOneWay() async throws {
        let site = try Site()
        let served = try await ServedAuthority(site, Self.generous)
        let outcome = try await Tool.python(
            RawHTTP.python + RawHTTP.framing,
            ["\(served.port)", site.root, "/v1/enroll", "204"]
        )
        #expect(outcome.isGood && outcome.output == "done\n", "\(outcome.text)")
        #expect(served.process.poll() == nil)
    }

    @Test func pathsWithTwoReadingsLeadNowhere() async throws {
        let site = try Site()
        let served = try await ServedAuthority(site, Self.generous)
        let script = #"""
            def status(path):
                peer = secure(dial())
                peer.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return until_closed(peer)[9:12].decode()
            assert status(b"/v1/ca") == "200"
            for path in [
                b"//v1/ca", b"/v1//ca", b"/v1/ca//", b"/./v1/ca", b"/v1/./ca", b"/v1/crl/../ca", b"/v1/%2e%2e/v1/ca", b"/v1%2fca",
                b"/v1/c%61", b"/v1/ca%00", b"/v1/ca\\", b"\\v1\\ca", b"/v1\\ca", b"/v1/ca;a", b"/V1/ca", b"/v1/ca%0a",
                b"/../../etc/passwd", b"/%2e%2e/%2e%2e/etc/passwd", b"/..%2f..%2fetc%2fpasswd", b"/%", b"/%zz", b"*", b"v1/ca",
            ]:
                found = status(path)
                if found not in ("400", "404"): print(path, found)
            print("done")
            """#
        let outcome = try await Tool.python(RawHTTP.python + script, ["\(served.port)", site.root])
        #expect(outcome.isGood && outcome.output == "done\n", "\(outcome.text)")
    }

    @Test func tlsIsNewAndSafe() async throws {
        let site = try Site()
        let served = try await ServedAuthority(site, Self.generous)
        let script = #"""
            import warnings
            warnings.simplefilter("ignore")  # old versions are deprecated, which is the point
            def agreed(version, suites=None):
                made = ssl.create_default_context(cafile=authority)
                made.set_ciphers((suites or "ALL") + ":@SECLEVEL=0")
                made.minimum_version = made.maximum_version = version
                try:
                    with made.wrap_socket(dial(), server_hostname="localhost") as peer:
                        assert ask(peer, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 204 ")
                        return peer.cipher()[0]
                except OSError as error:
                    return "refused"
            new, old = ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2
            assert agreed(new).startswith("TLS_")
            for suite in ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"):
                assert agreed(old, suite) == suite, suite
            for suite in ("ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-AES128-SHA256", "AES128-SHA", "NULL"):
                assert agreed(old, suite) == "refused", suite
            for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
                assert agreed(version) == "refused", version
            for plain in (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"\x80\x2e\x01\x03\x01" + b"\x00" * 43, b"\x16\x03\x01\xff\xff" + b"\xff" * 70000):
                peer = dial()
                try: peer.sendall(plain)
                except OSError: pass
                assert b"HTTP" not in until_closed(peer), plain[:20]
            assert agreed(new).startswith("TLS_")
            print("done")
            """#
        let outcome = try await Tool.python(RawHTTP.python + script, ["\(served.port)", site.root])
        #expect(outcome.isGood && outcome.output == "done\n", "\(outcome.text)")
    }
}
