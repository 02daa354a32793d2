internal import COpenSSL
internal import Synchronization

/// The place of a key in a PKCS#11 token (RFC 7512), as in `pkcs11:token=authority;object=root`.
///
/// `?module-path=` names the token's library; without it the engine's own choice counts.
public struct TokenURI: Sendable, Hashable, CustomStringConvertible {
    /// The URI as it was given.
    public let description: String

    /// Reads a URI of at most 1024 bytes; one with a PIN in it is refused, because it is kept in files.
    public init(_ text: String) throws {
        let step = "reading the key's URI"
        guard text.hasPrefix("pkcs11:"), text.utf8.count <= 1024, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw AuthorityError(
                .input,
                step,
                "'\(text.sanitized)' does not begin with 'pkcs11:' or has blanks",
                advice: "'p11tool --list-keys' and 'pkcs11-tool -O' show what a token has"
            )
        }
        guard !text.contains("pin-value=") else {
            throw AuthorityError(
                .refused,
                step,
                "it holds a PIN, and it would be kept in files",
                advice: "give the PIN as the passphrase, by --passphrase-file or at the terminal"
            )
        }
        self.description = text
    }

    /// The URI without the part for us, as the engine wants it.
    var withoutModule: String {
        let parts = self.description.split(separator: "?", maxSplits: 1)
        let query = parts.dropFirst().flatMap { $0.split(separator: "&") }.filter { !$0.hasPrefix("module-path=") }
        return parts[0] + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    /// The path of the token's library.
    var module: String? {
        self.description.split(separator: "?", maxSplits: 1).dropFirst().flatMap { $0.split(separator: "&") }
            .first { $0.hasPrefix("module-path=") }.map { String($0.dropFirst("module-path=".count)) }
    }
}

extension PrivateKey {
    /// A key that a token keeps; it never leaves it, and each signature is the token's.
    ///
    /// The PIN is the token's. Fails with `passphrase` without one, with `library` when the engine is missing or the token does
    /// not know such a key, or refuses the PIN: a token does not say which.
    public static func inToken(_ uri: TokenURI, pin: Passphrase?) throws -> PrivateKey {
        let step = "opening the key \(uri)"
        guard let pin else {
            throw AuthorityError(.passphrase, step, "its token wants a PIN", advice: "give --passphrase-file")
        }
        return try Self.engine.withLock { engine in
            let ready = try engine ?? Self.start(module: uri.module, step)
            engine = ready
            try pin.withCString { pin in
                try openSSLSucceeds(step) { copenssl_engine_set(ready.pointer, "PIN", pin) }
            }
            let key = try openSSL(
                step,
                advice: "look whether the PIN is right, 'pkcs11-tool -O' shows the key, and you may use the token"
            ) { copenssl_engine_key(ready.pointer, uri.withoutModule) }
            return PrivateKey(owning: key)
        }
    }

    /// The engine, started once; keys need it as long as they live, so that it stays.
    private static let engine = Mutex<Engine?>(nil)

    /// Used only while the lock around it is held.
    private struct Engine: @unchecked Sendable { let pointer: OpaquePointer }

    private static func start(module: String?, _ step: String) throws -> Engine {
        let engine = try openSSL(step, advice: "install libengine-pkcs11-openssl") { copenssl_engine("pkcs11") }
        // It would write to standard error what its error codes say as well.
        _ = copenssl_engine_set(engine, "QUIET", nil)
        if let module {
            try openSSLSucceeds(step) { copenssl_engine_set(engine, "MODULE_PATH", module) }
        }
        try openSSLSucceeds(step, advice: "look at module-path in the URI") { copenssl_engine_start(engine) }
        return Engine(pointer: engine)
    }
}
