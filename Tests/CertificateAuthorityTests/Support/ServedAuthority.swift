import CertificateAuthority
import Enrolment
import Glibc
import TestSupport

/// An authority with its enrolment service, as a process of its own.
final class ServedAuthority {
    let site: Site
    let port: Int
    private let output: String
    private(set) var process: ChildProcess

    var url: String { "https://localhost:\(self.port)" }
    var fingerprint: String { self.site.authority.root.fingerprint }
    var log: String { String(decoding: (try? contents(of: self.output)) ?? [], as: UTF8.self) }

    /// Starts the service on a port of its own choice.
    init(_ site: Site, _ options: [String] = []) async throws {
        self.site = site
        self.output = site.directory.file(uniqueName("serve"))
        self.process = try Self.start(site, port: 0, options, self.output)
        self.port = try await Self.port(self.output, self.process)
    }

    /// Starts it again on the same port.
    func restart(_ options: [String] = []) async throws {
        self.process = try Self.start(self.site, port: self.port, options, self.output)
        _ = try await Self.port(self.output, self.process)
    }

    private static func start(_ site: Site, port: Int, _ options: [String], _ output: String) throws -> ChildProcess {
        try ChildProcess(
            Tool.program,
            ["serve", "--listen", "127.0.0.1:\(port)", "--host-name", "localhost", "--base-directory", site.base]
                + options,
            output: output
        )
    }

    private static func port(_ output: String, _ process: ChildProcess) async throws -> Int {
        var port: Int?
        try await eventually("the enrolment service listens") {
            let text = String(decoding: (try? contents(of: output)) ?? [], as: UTF8.self)
            if let status = process.poll() { throw TestFailure("serve ended with \(status): \(text)") }
            let line = text.split(separator: "\n").first { $0.hasPrefix("ready: https://localhost:") }
            port = line?.split(separator: ":").last.flatMap { Int($0) }
            return port != nil
        }
        guard let port else { throw TestFailure("no port") }
        return port
    }

    /// Makes a registration key and writes it where nodes read it.
    func register(_ names: String..., limit: Int = 1) throws -> String {
        var new = NewRegistrationKey(names: names.compactMap { NameGlob($0) })
        new.limit = limit
        let text = try self.site.authority.addRegistrationKey(new).text
        return try self.site.directory.write(text + "\n", to: uniqueName("registration"))
    }

    /// Enrols a node as its operator would.
    func enroll(
        _ host: String,
        keyFile: String,
        directory: String,
        fingerprint: String? = nil,
        patience: Int = 120
    ) async throws -> Outcome {
        try await Tool.run(
            Tool.program,
            [
                "enroll", "--url", self.url, "--key-file", keyFile, "--fingerprint", fingerprint ?? self.fingerprint,
                "--host-name", host, "--output-directory", directory, "--patience", "\(patience)",
            ]
        )
    }

    /// Sends something to the service without the command's checks.
    func send(_ path: String, _ body: [UInt8]) throws -> [UInt8] {
        try ServiceClient(
            ServiceAddress(host: "localhost", port: self.port),
            trust: .roots([self.site.authority.root])
        ).send(.post(path, body))
    }

    deinit {
        self.process.signal(SIGKILL)
        _ = self.process.poll()
    }
}
