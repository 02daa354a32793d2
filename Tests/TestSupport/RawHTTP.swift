/// Python that speaks to an HTTP server byte by byte, over TLS or without; it shares no code with us.
///
/// A script behind it has the port as its first argument and, for TLS, the file of the server's authority as its second one, which is
/// empty without.
public enum RawHTTP {
    /// What scripts begin with.
    public static let python = #"""
        import resource, socket, ssl, sys, time
        port, authority = int(sys.argv[1]), sys.argv[2]
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8192), most))
        trust = ssl.create_default_context(cafile=authority) if authority else None
        def dial(source="127.0.0.1"):
            return socket.create_connection(("127.0.0.1", port), 60, source_address=(source, 0))
        def secure(raw):
            return trust.wrap_socket(raw, server_hostname="localhost") if trust else raw
        def until_closed(peer):
            """What comes until the other side closes; a time limit is an error."""
            got = b""
            try:
                while part := peer.recv(65536): got += part
            except TimeoutError: raise
            except OSError: pass
            return got
        def drip(peer, beginning, piece):
            """Sends a beginning, then a piece every fifth of a second; whether the other side has closed within a minute."""
            peer.sendall(beginning)
            peer.settimeout(0.2)
            end = time.monotonic() + 60
            while time.monotonic() < end:
                try:
                    if not peer.recv(65536): return True
                except TimeoutError:
                    try: peer.sendall(piece)
                    except OSError: return True
                except OSError: return True
            return False
        def ask(peer, request):
            """The answer to a request on a connection that goes on, for answers that come in one piece."""
            peer.sendall(request)
            answer = peer.recv(65536)
            while b"\r\n\r\n" not in answer: answer += peer.recv(65536)
            return answer

        """#
}

extension RawHTTP {
    /// Python that sends requests which a proxy in front of a server might read differently than the server.
    ///
    /// It stands behind ``python``. The path of a POST is its third argument, and the status of `GET /healthz` its fourth one. It prints one
    /// line for each request that is answered otherwise than it should be, and "done".
    public static let framing = #"""
        import re
        target, healthy = sys.argv[3].encode(), sys.argv[4]
        smuggled = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
        closing = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        def statuses(raw):
            peer = secure(dial())
            try: peer.sendall(raw + closing)
            except OSError: pass
            return [status.decode() for status in re.findall(rb"HTTP/1\.1 (\d+)", until_closed(peer))]
        def post(fields, body):
            return b"POST " + target + b" HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + fields + b"\r\n" + body
        length = b"Content-Length: %d\r\n"
        chunked = b"Transfer-Encoding: chunked\r\n"
        hidden = b"0\r\n\r\n" + smuggled
        refused = {
            "length and chunks": post(length % len(hidden) + chunked, hidden),
            "chunks and length": post(chunked + length % len(hidden), hidden),
            "two lengths": post(length % len(smuggled) + length % 0, smuggled),
            "the same length twice": post(length % 2 + length % 2, b"{}"),
            "a list of lengths": post(b"Content-Length: 0, %d\r\n" % len(smuggled), smuggled),
            "a length with a sign": post(b"Content-Length: +2\r\n", b"{}"),
            "a negative length": post(b"Content-Length: -2\r\n", b"{}"),
            "a hexadecimal length": post(b"Content-Length: 0x2\r\n", b"{}"),
            "a length in two words": post(b"Content-Length: 2 0\r\n", b"{}"),
            "a length that overflows": post(b"Content-Length: 18446744073709551618\r\n", b"{}"),
            "an unknown coding": post(b"Transfer-Encoding: xchunked\r\n", hidden),
            "a coding behind chunks": post(b"Transfer-Encoding: chunked, identity\r\n", hidden),
            "a space before the colon of the coding": post(b"Transfer-Encoding : chunked\r\n", hidden),
            "a space before the colon of the length": post(b"Content-Length : %d\r\n" % len(smuggled), smuggled),
            "a folded coding": post(b"Transfer-Encoding:\r\n chunked\r\n", hidden),
            "a folded field": post(b"X-A: b\r\n c\r\n" + length % 2, b"{}"),
            "a hexadecimal chunk size with a prefix": post(chunked, b"0x2\r\n{}\r\n0\r\n\r\n"),
            "a negative chunk size": post(chunked, b"-2\r\n{}\r\n0\r\n\r\n"),
            "a chunk size in two words": post(chunked, b"2 0\r\n{}\r\n0\r\n\r\n"),
            "a chunk size that overflows": post(chunked, b"1" + b"0" * 16 + b"2\r\n{}\r\n0\r\n\r\n"),
            "no chunk size": post(chunked, b"\r\n{}\r\n0\r\n\r\n"),
            "a chunk size that ends with LF": post(chunked, b"2\n{}\r\n0\r\n\r\n"),
            "a chunk extension that ends with LF": post(chunked, b"2;a\n{}\r\n0\r\n\r\n"),
            "a chunk that is longer than its size": post(chunked, b"2\r\n{}}\r\n0\r\n\r\n"),
            "a chunk that ends with LF": post(chunked, b"2\r\n{}\n0\r\n\r\n"),
            "a line end without LF": b"GET /healthz HTTP/1.1\r\nHost: x\rX-A: b\r\n\r\n",
            "a NUL in a field": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n",
            "a NUL in the path": b"GET /healthz\0 HTTP/1.1\r\nHost: x\r\n\r\n",
            "a space in a field's name": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX A: b\r\n\r\n",
            "a field without a colon": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A\r\n\r\n",
            "a version that is none": b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
            "a method that is none": b"G@T /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        }
        # These may be read, in the one way that RFC 9112 allows; or refused.
        plain = {
            "chunk extensions": post(chunked, b'2;a=b;c="d"\r\n{}\r\n0;e\r\n\r\n'),
            "a trailer": post(chunked, b"2\r\n{}\r\n0\r\nX-A: b\r\n\r\n"),
            "a request in a body": post(length % len(smuggled), smuggled),
            "a request in a chunk": post(chunked, b"%x\r\n" % len(smuggled) + smuggled + b"\r\n0\r\n\r\n"),
            "a request in a chunk extension": post(chunked, b"2;" + smuggled[:-4] + b"\r\n{}\r\n0\r\n\r\n"),
            "lines that end with LF": b"GET /healthz HTTP/1.1\nHost: x\n\n",
            "an empty line in front": b"\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
            "a body of a GET": b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + length % len(smuggled) + b"\r\n" + smuggled,
        }
        for name, raw in refused.items():
            if (found := statuses(raw)) != ["400"]: print(name, found)
        for name, raw in plain.items():
            found = statuses(raw)
            if found != ["400"] and (len(found) != 2 or found[0] == "404" or found[1] != healthy): print(name, found)
        print("done")
        """#
}
