import CertificateAuthority
import Glibc
import TestSupport

/// An OCSP responder of an authority, as a process of its own.
final class ServedResponder {
    let url: String
    let process: ChildProcess

    var port: Int { self.url.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    /// Starts it on a port of its own choice.
    init(_ site: Site, _ options: [String] = []) async throws {
        let signer = try site.issue(.ocsp, "ocsp.example.com")
        let log = site.directory.file(uniqueName("ocsp"))
        let process = try ChildProcess(
            Tool.program,
            [
                "ocsp", "--serve", "127.0.0.1:0", "--base-directory", site.base, "--cert", signer.certificateFile,
                "--key", signer.keyFile,
            ] + options,
            output: log
        )
        var url = ""
        try await eventually("the responder is ready") {
            let text = String(decoding: try contents(of: log), as: UTF8.self)
            guard process.poll() == nil else { throw TestFailure("it ended: \(text)") }
            guard text.hasPrefix("ready: "), text.contains("\n") else { return false }
            url = String(text.dropFirst("ready: ".count).prefix { !$0.isNewline })
            return true
        }
        self.process = process
        self.url = url
    }

    deinit {
        self.process.signal(SIGKILL)
        _ = self.process.poll()
    }
}
