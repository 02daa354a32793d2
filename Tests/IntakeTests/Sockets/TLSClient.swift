import TestSupport

/// A TLS client on Python's `ssl`, which shares no code with us.
struct TLSClient {
    /// The only version it speaks, as `ssl.TLSVersion` names it.
    var version = "TLSv1_3"
    /// What it shows.
    var identity: TestAuthority.Identity?
    /// Whom it trusts.
    var authority: String

    private static let script = """
        import socket, ssl, sys
        port, authority, version, certificate, key, payload = sys.argv[1:]
        context = ssl.create_default_context(cafile=authority)
        context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, version)
        if certificate: context.load_cert_chain(certificate, key)
        try:
            peer = context.wrap_socket(socket.create_connection(("127.0.0.1", int(port))), server_hostname="localhost")
            peer.sendall(payload.encode())
            peer.unwrap()
            print("sent")
        except (ssl.SSLError, ConnectionError, BrokenPipeError):
            print("refused")
        """

    /// Sends a text, ends the connection in order, and says whether the server let it.
    func send(_ text: String, port: Int) async throws -> Bool {
        let identity = [self.identity?.certificate ?? "", self.identity?.key ?? ""]
        let arguments = ["-c", Self.script, "\(port)", self.authority, self.version] + identity + [text]
        return try await run("python3", arguments).output == "sent\n"
    }
}
