internal import Escaping
internal import Glibc

/// The name or address under which a host is dialled.
public struct HostName: Hashable, Sendable, CustomStringConvertible {
    /// The name in lower case, or the address.
    public let description: String
    /// Whether this is an IP address.
    public let isAddress: Bool

    /// Reads a DNS name (RFC 1123, with underscores) or an IP address.
    ///
    /// Anything else is refused: a name with `/` or `=` in it could pass for further parts of a subject.
    public init(_ text: String) throws {
        if IPAddress(text) != nil {
            self.description = text
            self.isAddress = true
            return
        }
        if let reason = Self.defect(of: text) {
            throw AuthorityError(.input, "reading the host name '\(text.sanitized)'", reason)
        }
        self.description = text.lowercased()
        self.isAddress = false
    }

    /// The name of this machine.
    public static var current: String {
        openSSLText(capacity: 256) { gethostname($0, $1 - 1) == 0 } ?? "localhost"
    }

    /// The name as subject alternative name.
    public var alternativeName: SubjectAlternativeName {
        if let address = IPAddress(self.description) { return .address(address) }
        return .dns(self.description)
    }

    /// The name as common name, which has 64 characters at most (RFC 5280 appendix A, ub-common-name).
    ///
    /// A longer host name keeps its first label here, and is complete among the alternative names.
    public var commonName: String {
        self.description.utf8.count <= 64
            ? self.description : String(self.description.prefix { $0 != "." })
    }

    /// What is wrong with a DNS name; nil when it is good.
    static func defect(of text: String, wildcard: Bool = false) -> String? {
        let name = wildcard && text.hasPrefix("*.") ? text.dropFirst(2) : text[...]
        guard !name.isEmpty else { return "it is empty" }
        guard name.utf8.count <= 253 else { return "it is longer than 253 characters" }
        for label in name.split(separator: ".", omittingEmptySubsequences: false) {
            guard (1...63).contains(label.utf8.count) else { return "a label has 1 to 63 characters" }
            guard !label.hasPrefix("-"), !label.hasSuffix("-") else {
                return "a label neither begins nor ends with '-'"
            }
            for byte in label.utf8 {
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    continue
                default: return "a host name consists of letters, digits, '-', '_' and '.'"
                }
            }
        }
        return nil
    }
}

extension String {
    /// The text as one line of a terminal shows it, cut to a bearable length, fit for a message and for nothing else.
    var sanitized: String {
        String(String.UnicodeScalarView(self.unicodeScalars.prefix(120))).escaped(for: .terminalLine)
    }

    /// Whether every character is seen where it stands: none controls a terminal, a line, or the direction of writing.
    var isVisible: Bool {
        self.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
            default: true
            }
        }
    }
}
