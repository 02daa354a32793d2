/// A pattern for names: `*` stands for any characters, `?` for one; case does not matter.
///
/// A pattern that begins with `DNS:`, `IP:`, `URI:` or `email:` is for alternative names of that type; any other one is for
/// DNS names, as in `web*.example.com`. At most 253 characters; matching takes time linear in their product.
public struct NameGlob: Hashable, Sendable, CustomStringConvertible {
    private static let types = ["dns:", "ip:", "uri:", "email:"]

    /// The pattern as it was written, in lower case.
    public let description: String
    private let pattern: [UInt8]

    /// Reads a pattern; nil when it is empty, too long, or holds anything but visible ASCII.
    public init?(_ text: String) {
        guard (1...253).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x2C }) else {
            return nil
        }
        let text = text.lowercased()
        self.description = text
        self.pattern = Array((Self.types.contains { text.hasPrefix($0) } ? text : "dns:" + text).utf8)
    }

    /// Whether an alternative name, as in `DNS:web1.example.com`, is covered.
    public func matches(_ name: String) -> Bool {
        let name = Array(name.lowercased().utf8)
        var (at, position) = (0, 0)
        var retry: (at: Int, position: Int)?
        while position < name.count {
            if at < self.pattern.count, self.pattern[at] == UInt8(ascii: "*") {
                retry = (at + 1, position)
                at += 1
            } else if at < self.pattern.count,
                self.pattern[at] == UInt8(ascii: "?") || self.pattern[at] == name[position]
            {
                at += 1
                position += 1
            } else if let last = retry {
                // The latest star takes one character more; an earlier one never needs to.
                retry = (last.at, last.position + 1)
                (at, position) = (last.at, last.position + 1)
            } else {
                return false
            }
        }
        return self.pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
