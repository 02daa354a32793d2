import Store
import TestSupport
import Testing

@testable import Console

/// Requests that a proxy in front of the console might read differently than the console.
@Suite("Requests with two readings", .timeLimit(.minutes(5)))
struct RequestFramingTests {
    @Test("are refused, or read in one way")
    func framing() async throws {
        try await ConsoleHarness.serve { _, port in
            let output = try await blocking {
                try Command.run(
                    "python3",
                    ["-c", RawHTTP.python + RawHTTP.framing, "\(port)", "", "/sign-in", "200"]
                )
            }
            #expect(output == "done\n")
        }
    }

    @Test("by their path lead nowhere")
    func paths() async throws {
        try await ConsoleHarness.serve { console, port in
            let caller = try await console.session(try await console.user("hana", .admin))
            let script = #"""
                cookie = sys.argv[3].encode()
                def status(path, fields=b""):
                    peer = secure(dial())
                    peer.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n" + fields + b"Connection: close\r\n\r\n")
                    return until_closed(peer)[9:12].decode()
                assert status(b"/users") == "303" and status(b"/api/v1/users") == "401" and status(b"/users", cookie) == "200"
                for path in [
                    b"//users", b"/users//", b"//api/v1/users", b"/api//v1/users", b"/./users", b"/sign-in/../users",
                    b"/sign-in/%2e%2e/users", b"/%2e%2e/users", b"/sign-in/..%2fusers", b"/sign-in%2f..%2fusers", b"/%75sers",
                    b"/users%00", b"/users%00.css", b"/users\\", b"\\users", b"/sign-in\\..\\users", b"/sign-in/..\\users",
                    b"/users;a", b"/users;/../sign-in", b"/Users", b"/users%20", b"/users%0a", b"/static/../users",
                    b"/static/..%2f..%2f..%2fetc%2fpasswd", b"/static/%2e%2e/%2e%2e/etc/passwd", b"/static//etc/passwd",
                    b"/../../../etc/passwd", b"/%c0%ae%c0%ae/users", b"/%u002e%u002e/users", b"/%", b"/%zz", b"*", b"users",
                ]:
                    for fields in (b"", cookie):
                        found = status(path, fields)
                        if found not in ("400", "404"): print(path, "with a session" if fields else "", found)
                print("done")
                """#
            let output = try await blocking {
                try Command.run(
                    "python3",
                    [
                        "-c", RawHTTP.python + script, "\(port)", "",
                        "Cookie: \(Site.cookie)=\(caller.cookie)\r\n",
                    ]
                )
            }
            #expect(output == "done\n")
        }
    }
}
