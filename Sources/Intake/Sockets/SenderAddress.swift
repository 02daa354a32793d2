internal import Glibc

/// Who sent a datagram.
struct SenderAddress: Hashable, Sendable {
    private enum Host: Hashable {
        case local
        case ipv4(UInt32)
        case ipv6(UInt64, UInt64)
    }

    private let host: Host
    /// The sender's port; `nil` for a local socket.
    let port: Int?

    init(_ storage: sockaddr_storage, length: socklen_t) {
        let family = CInt(storage.ss_family)
        (self.host, self.port) = withUnsafeBytes(of: storage) { bytes in
            switch family {
            case AF_INET where Int(length) >= MemoryLayout<sockaddr_in>.size:
                (.ipv4(bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)), Self.port(bytes))
            case AF_INET6 where Int(length) >= MemoryLayout<sockaddr_in6>.size:
                (
                    .ipv6(
                        bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                        bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
                    ), Self.port(bytes)
                )
            default: (.local, nil)
            }
        }
    }

    private static func port(_ bytes: UnsafeRawBufferPointer) -> Int {
        Int(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
    }

    /// The same address without a port, by which a machine is known.
    var machine: SenderAddress { SenderAddress(host: self.host, port: nil) }

    private init(host: Host, port: Int?) {
        self.host = host
        self.port = port
    }

    /// The numeric address, or this machine's name for a local socket.
    var text: String {
        switch self.host {
        case .local: Self.localName
        case .ipv4(var address): Self.text(AF_INET, &address)
        case .ipv6(let high, let low):
            [high, low].withUnsafeBytes { Self.text(AF_INET6, $0.baseAddress) }
        }
    }

    private static func text(_ family: CInt, _ address: UnsafeRawPointer?) -> String {
        guard let address else { return "" }
        return String(unsafeUninitializedCapacity: Int(INET6_ADDRSTRLEN)) { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                guard inet_ntop(family, address, text.baseAddress, socklen_t(text.count)) != nil else { return 0 }
                return text.baseAddress.map { strlen($0) } ?? 0
            }
        }
    }

    /// This machine's name, the host of what comes through a local socket without naming one.
    static let localName: String = {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, 255) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()
}
