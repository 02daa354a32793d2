internal import Glibc
internal import NIOSSL
internal import Synchronization

/// The TLS of listeners: version 1.2 or later, with certificates that can be replaced while connections come.
public final class ListenerTLS: Sendable {
    private let current: Mutex<NIOSSLContext>

    /// Reads the files and checks that they fit together.
    /// - Throws: ``IntakeError`` that names the file.
    public init(_ files: TLSFiles) throws(IntakeError) {
        self.current = Mutex(try Self.read(files))
    }

    /// Reads the files anew; connections that come later use them, those that are open go on as they are.
    /// - Throws: ``IntakeError`` that names the file; nothing is changed then.
    public func replace(by files: TLSFiles) throws(IntakeError) {
        let context = try Self.read(files)
        self.current.withLock { $0 = context }
    }

    /// The server's end of TLS for one connection.
    var handler: NIOSSLServerHandler { NIOSSLServerHandler(context: self.current.withLock { $0 }) }

    private static func read(_ files: TLSFiles) throws(IntakeError) -> NIOSSLContext {
        let chain = try self.certificates(files.certificate)
        let key = try self.checked(files.key, "is no private key in PEM without a passphrase") {
            try NIOSSLPrivateKey(file: files.key, format: .pem)
        }
        var configuration = NIOSSL.TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        if files.clients != .none {
            guard let path = files.authorities else {
                throw self.failure("the TLS listener", "needs a file of authorities to ask clients for certificates")
            }
            let authorities = try self.certificates(path)
            configuration.trustRoots = .certificates(authorities)
            configuration.sendCANameList = true
            configuration.certificateVerification =
                files.clients == .optional ? .optionalVerification : .noHostnameVerification
        }
        return try self.checked(files.key, "is not the key of \(files.certificate)") {
            try NIOSSLContext(configuration: configuration)
        }
    }

    private static func certificates(_ path: String) throws(IntakeError) -> [NIOSSLCertificate] {
        let found = try self.checked(path, "has no certificate in PEM") { try NIOSSLCertificate.fromPEMFile(path) }
        guard !found.isEmpty else { throw self.failure(path, "has no certificate in PEM") }
        return found
    }

    /// Does a step with a file; the library's errors do not tell a missing file from a wrong one.
    private static func checked<Value>(
        _ path: String,
        _ problem: String,
        _ step: () throws -> Value
    ) throws(IntakeError) -> Value {
        guard access(path, R_OK) == 0 else {
            throw self.failure(path, "cannot be read: \(String(cString: strerror(errno)))")
        }
        do {
            return try step()
        } catch {
            throw self.failure(path, problem)
        }
    }

    private static func failure(_ path: String, _ problem: String) -> IntakeError {
        IntakeError(.invalidConfiguration, stage: "prepare TLS for listening", reason: "\(path) \(problem)")
    }
}
