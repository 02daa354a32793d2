internal import Glibc

/// Makes the ids of runs of numbers: 26 characters that sort by time and do not repeat.
///
/// 48 bits of milliseconds since 1970 and 80 random bits in Crockford's base 32, which leaves out I, L, O and U. The last 40
/// of the random bits are the spool's own: all runs of one spool share them, and so do the runs of its copies.
enum SpoolIdentifier {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    private static let length = 26
    /// How many characters at the end name the spool.
    static let originLength = 8

    /// An id for a new spool.
    static func make() -> String { self.make(random: (UInt64.random(in: 0 ... .max), UInt64.random(in: 0 ... .max))) }

    /// An id for another run of the spool that has this id.
    static func make(following id: String) -> String {
        guard id.utf8.count == self.length else { return self.make() }
        return "\(self.make().dropLast(self.originLength))\(id.suffix(self.originLength))"
    }

    /// The name for a time and randomness; of `random` the low 40 bits of each are used.
    static func make(milliseconds: UInt64, random: (UInt64, UInt64)) -> String {
        var characters: [UInt8] = []
        self.append(milliseconds, digits: 10, to: &characters)
        self.append(random.0, digits: 8, to: &characters)
        self.append(random.1, digits: 8, to: &characters)
        return String(decoding: characters, as: UTF8.self)
    }

    private static func make(random: (UInt64, UInt64)) -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let milliseconds = UInt64(now.tv_sec) * 1000 + UInt64(now.tv_nsec) / 1_000_000
        return self.make(milliseconds: milliseconds, random: random)
    }

    private static func append(_ value: UInt64, digits: Int, to characters: inout [UInt8]) {
        for digit in (0..<digits).reversed() {
            characters.append(self.alphabet[Int((value >> (UInt64(digit) * 5)) & 31)])
        }
    }
}
