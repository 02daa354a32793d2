internal import HTTPServing
internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// The certificate and key that connections are met with; the files may be replaced while the console serves.
///
/// Connections that are open keep what they began with. The authority of clients is read once, at the start.
final class ServedCertificate: Sendable {
    private let files: ConsoleConfiguration.TLS
    private let current: Mutex<NIOSSLContextConfigurationOverride>

    /// Reads the files.
    ///
    /// Throws ``ConsoleError`` when they are no PEM files or do not belong together.
    init(_ files: ConsoleConfiguration.TLS) throws {
        self.files = files
        self.current = Mutex(try Self.read(files))
    }

    /// Reads the files again; when that throws ``ConsoleError``, the certificate from before is served on.
    func reload() throws {
        let fresh = try Self.read(self.files)
        self.current.withLock { $0 = fresh }
    }

    /// TLS 1.2 or newer, with the certificate as it is at each handshake.
    func configuration() throws -> TLSConfiguration {
        let first = self.current.withLock { $0 }
        var configuration = try Self.configuration(first)
        if let authority = self.files.clientAuthority {
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority))
            configuration.certificateVerification = .noHostnameVerification
        }
        configuration.sslContextCallback = { _, promise in promise.succeed(self.current.withLock { $0 }) }
        return configuration
    }

    private static func configuration(_ pair: NIOSSLContextConfigurationOverride) throws -> TLSConfiguration {
        guard let chain = pair.certificateChain, let key = pair.privateKey else {
            throw NIOSSLError.failedToLoadCertificate
        }
        return .safeServer(chain: chain, key: key)
    }

    private static func read(_ files: ConsoleConfiguration.TLS) throws -> NIOSSLContextConfigurationOverride {
        do {
            var pair = NIOSSLContextConfigurationOverride()
            pair.certificateChain = try NIOSSLCertificate.fromPEMFile(files.certificate).map { .certificate($0) }
            pair.privateKey = .privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem))
            _ = try NIOSSLContext(configuration: self.configuration(pair))  // says whether they belong together
            return pair
        } catch {
            throw ConsoleError(
                stage: "read \(files.certificate) and \(files.key)",
                reason: "\(error); check that both are PEM files and belong together"
            )
        }
    }
}
