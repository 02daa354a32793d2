internal import COpenSSL
internal import Glibc
internal import Synchronization

/// Decides which client certificates are let in where there are revocation lists: those of an authority that are on none of its lists.
///
/// NIOSSL reads no revocation lists, so OpenSSL verifies the whole chain instead, at each handshake. The files are looked at each
/// time and read again when they have changed. Without a list that counts nobody is let in: a list that has ended, or that
/// cannot be read, says nothing about who was revoked since.
final class ClientCertificates: Sendable {
    private let authority: String
    private let revocationLists: String
    private let current: Mutex<Loaded>

    /// Reads both files, in PEM: the authority's certificates, and a current revocation list for each authority of a chain.
    ///
    /// Throws ``ConsoleError`` when one of them cannot be used.
    init(authority: String, revocationLists: String) throws(ConsoleError) {
        self.authority = authority
        self.revocationLists = revocationLists
        self.current = Mutex(try Loaded(authority, revocationLists))
    }

    /// Why a chain is refused, the client's own certificate first, each in DER; nil when it is let in.
    func refusal(of chain: [[UInt8]]) -> String? {
        self.current.withLock { current in
            do throws(ConsoleError) {
                if current.isStale { current = try Loaded(self.authority, self.revocationLists) }
                return current.refusal(of: chain)
            } catch {
                return error.reason
            }
        }
    }
}

/// What was read from the files; used by one thread at a time.
private struct Loaded: ~Copyable {
    /// What tells one content of a file from another, without reading it.
    private struct Stamp: Equatable {
        let numbers: [Int]

        init(_ path: String) {
            var status = stat()
            // A file that is not there has a stamp of its own.
            guard stat(path, &status) == 0 else {
                self.numbers = []
                return
            }
            self.numbers = [
                Int(status.st_dev), Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec,
                status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
            ]
        }
    }

    private let paths: [String]
    private let stamps: [Stamp]
    private let store: OpaquePointer

    init(_ authority: String, _ revocationLists: String) throws(ConsoleError) {
        self.paths = [authority, revocationLists]
        // Before reading: what changes meanwhile is read again.
        self.stamps = self.paths.map { Stamp($0) }
        guard let store = X509_STORE_new() else { fatalError("out of memory") }
        self.store = store
        try Self.read(authority, "certificate") { input in
            guard let certificate = PEM_read_bio_X509(input, nil, nil, nil) else { return false }
            defer { X509_free(certificate) }
            return X509_STORE_add_cert(store, certificate) == 1
        }
        try Self.read(revocationLists, "revocation list") { input in
            guard let list = PEM_read_bio_X509_CRL(input, nil, nil, nil) else { return false }
            defer { X509_CRL_free(list) }
            return X509_STORE_add_crl(store, list) == 1
        }
    }

    deinit { X509_STORE_free(self.store) }

    var isStale: Bool { self.paths.map { Stamp($0) } != self.stamps }

    func refusal(of chain: [[UInt8]]) -> String? {
        let certificates = chain.prefix(10).map { bytes -> OpaquePointer? in
            bytes.withUnsafeBufferPointer { bytes -> OpaquePointer? in
                var start = bytes.baseAddress
                return d2i_X509(nil, &start, bytes.count)
            }
        }
        defer { for certificate in certificates { X509_free(certificate) } }
        guard let leaf = certificates.first, let leaf, certificates.allSatisfy({ $0 != nil }) else {
            return "no certificate can be read"
        }
        guard let between = OPENSSL_sk_new_null() else { fatalError("out of memory") }
        defer { OPENSSL_sk_free(between) }
        for certificate in certificates.dropFirst() { OPENSSL_sk_push(between, UnsafeRawPointer(certificate)) }
        var found: [OpaquePointer] = []
        if let reason = self.refusal(of: leaf, between, chain: &found) { return reason }
        // Who issued the certificate may have been revoked as well. The authority that is trusted is not asked about.
        for authority in found.dropFirst().dropLast() {
            if let reason = self.refusal(of: authority, between, chain: &found) { return reason }
        }
        return nil
    }

    /// Why one certificate is refused; `chain` becomes the chain that was found, the trusted authority last.
    private func refusal(
        of certificate: OpaquePointer,
        _ between: OpaquePointer,
        chain: inout [OpaquePointer]
    ) -> String? {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let context = X509_STORE_CTX_new() else { fatalError("out of memory") }
        defer { X509_STORE_CTX_free(context) }
        guard X509_STORE_CTX_init(context, self.store, certificate, between) == 1 else { return "cannot be verified" }
        let parameters = X509_STORE_CTX_get0_param(context)
        X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_PARTIAL_CHAIN))
        // The first is the client's own; the others are authorities.
        if chain.isEmpty { X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_CLIENT) }
        let isGood = X509_verify_cert(context) == 1
        let error = X509_STORE_CTX_get_error(context)
        guard isGood, error == X509_V_OK else { return String(cString: X509_verify_cert_error_string(Int(error))) }
        let found = X509_STORE_CTX_get0_chain(context)
        chain = (0..<OPENSSL_sk_num(found)).compactMap { OPENSSL_sk_value(found, $0).map { OpaquePointer($0) } }
        return nil
    }

    /// Reads each element of a PEM file by `take`, which returns whether there was another one.
    private static func read(
        _ path: String,
        _ what: String,
        by take: (OpaquePointer) -> Bool
    ) throws(ConsoleError) {
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let input = BIO_new_file(path, "r") else {
            throw ConsoleError(stage: "read \(path)", reason: "the file of clients' \(what)s \(path) cannot be opened")
        }
        defer { BIO_free(input) }
        var count = 0
        while take(input) { count += 1 }
        // The end of the file is the error that is expected; any other one leaves a part unread.
        guard count > 0, ERR_peek_last_error() & 0x7F_FFFF == UInt(PEM_R_NO_START_LINE) else {
            throw ConsoleError(
                stage: "read \(path)",
                reason: "\(path) is no file of \(what)s in PEM that can be read to its end"
            )
        }
    }
}
