import CertificateAuthority
import TestSupport
import Testing

/// A running broker whose files may be replaced; it looks at them at every handshake.
final class LiveBroker {
    let process: ChildProcess
    let directory: String
    let port: Int
    private let distributionPort: Int
    private let home: String

    init(_ site: Site, server: Issued) async throws {
        let tls = site.directory.file("tls")
        let place = site.directory.file("broker")
        try Command.run("mkdir", ["-p", tls, place])
        var configuration = BrokerConfiguration()
        configuration.directory = tls
        configuration.usesRevocationLists = true
        try OperatorFile("\(place)/advanced.config").write(Array(try #require(configuration.advancedConfig).utf8))
        try OperatorFile("\(tls)/ca-cert.pem").write(site.authority.root.pem)
        try CombinedFile.deploy(certificates: [server.certificate], key: server.key, to: "\(tls)/server.pem")
        _ = try site.authority.install(site.authority.writeRevocationList(key: site.key), into: "\(tls)/crl")
        self.directory = tls
        self.process = try ChildProcess(
            "\(repositoryRoot)/examples/private-broker",
            [
                "--directory", place, "--ca", "\(tls)/ca-cert.pem", "--cert", "\(tls)/server.pem", "--key",
                "\(tls)/server.pem",
                "--user", "good", "--wait", "120",
            ],
            output: site.directory.file("broker.log")
        )
        let process = self.process
        try await eventually(timeout: .seconds(150), "the broker is ready") {
            guard process.poll() == nil else { throw TestFailure("the broker ended; see broker.log") }
            return OperatorFile("\(place)/broker.json").exists
        }
        let text = String(decoding: try contents(of: "\(place)/broker.json"), as: UTF8.self)
        func number(_ name: String) throws -> Int {
            let line = text.split(separator: "\n").first { $0.contains("\"\(name)\"") }
            return try #require(line.flatMap { Int($0.filter(\.isNumber)) })
        }
        self.port = try number("tlsPort")
        self.distributionPort = try number("distributionPort")
        self.home = place
    }

    /// What `rabbitmqctl eval 'ssl:clear_pem_cache().'` does.
    func clearCache() async throws {
        try OperatorFile("\(self.home)/clear").write(Array("ssl:clear_pem_cache().\n".utf8), force: true)
        try await eventually("the cache is cleared") {
            let outcome = try await Tool.run(
                "sh",
                [
                    "-c",
                    "erl_call -r -address localhost:\(self.distributionPort) -timeout 20 -e < \(self.home)/clear",
                ],
                environment: ["HOME": self.home]
            )
            return outcome.output.contains("{ok,")
        }
    }

    var trusted: String { "\(self.directory)/ca-cert.pem" }

    func check(
        _ client: (certificate: String, key: String)?,
        trusting root: String,
        _ options: String...
    ) async throws -> Outcome {
        let identity = client.map { ["--cert", $0.certificate, "--key", $0.key] } ?? []
        return try await Tool.run(
            Tool.program,
            ["check", "localhost:\(self.port)", "--ca", root] + identity + options
        )
    }
}

extension Issued {
    /// The files of a client.
    var files: (certificate: String, key: String) { (self.certificateFile, self.keyFile) }
}
