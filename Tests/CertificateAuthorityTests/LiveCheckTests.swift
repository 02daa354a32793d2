import CertificateAuthority
import TestSupport
import Testing

/// What `check` finds at a live peer.
struct LiveCheckTests {
    @Test func aChainToAnotherRootIsFoundBeforeASwap() async throws {
        let old = try Site()
        let new = try Site()
        let server = try new.issue(.server, "localhost")
        let log = new.directory.file("server.log")
        let process = try ChildProcess(
            "openssl",
            ["s_server", "-accept", "127.0.0.1:0", "-cert", server.certificateFile, "-key", server.keyFile, "-www"],
            output: log
        )
        var port = 0
        try await eventually("openssl listens") {
            let text = String(decoding: try contents(of: log), as: UTF8.self)
            guard process.poll() == nil else { throw TestFailure("openssl ended: \(text)") }
            let line = text.split(separator: "\n").first { $0.hasPrefix("ACCEPT ") }
            port = line.flatMap { $0.split(separator: ":").last }.flatMap { Int($0) } ?? 0
            return port != 0
        }
        let address = port
        func check(_ arguments: String...) async throws -> Outcome {
            try await Tool.run(Tool.program, ["check", "localhost:\(address)", "--application", "http"] + arguments)
        }
        let good = try await check("--ca", new.root, "--trust-set", new.root)
        #expect(good.isGood, "\(good.text)")
        #expect(good.output.contains("TLS 1.3: good") && good.output.contains("TLS 1.2: good"))
        let pinned = try await check("--trust-set", new.root, "--trust-set", old.root, "--json")
        #expect(pinned.status == 1)
        #expect(pinned.output.contains("unable to get local issuer certificate"), "\(pinned.text)")
        let wrongName = try await check("--ca", new.root, "--host-name", "broker.example.com")
        #expect(wrongName.status == 1 && wrongName.output.contains("hostname mismatch"), "\(wrongName.text)")
        let amqp = try await Tool.run(Tool.program, ["check", "localhost:\(port)", "--ca", new.root, "--timeout", "2"])
        #expect(amqp.status == 1)
        await process.stop()
        let gone = try await check("--ca", new.root)
        #expect(gone.status == 1 && gone.errors.contains("connecting to localhost"), "\(gone.text)")
    }
}
