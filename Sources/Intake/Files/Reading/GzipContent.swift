internal import Glibc

/// What a gz file holds, from its beginning on, in pieces of bounded size; a file that is still being written may grow meanwhile.
///
/// Stays on its reader thread.
final class GzipContent {
    /// Why there are no more bytes for now.
    enum Stop: Hashable, Sendable {
        /// That was all.
        case end
        /// The file ends in the midst of it; the rest may still be written.
        case unfinished
        /// It is no gz, damaged, or cannot be read.
        case damaged
    }

    private static let inputSize = 64 << 10

    private let descriptor: CInt
    private let inflater = GzipInflater(limit: .max)
    private var input: ArraySlice<UInt8> = []
    private var damage: Stop?
    private var hasMore = true
    /// How many compressed bytes were read.
    private(set) var consumed = 0
    /// How many bytes were given.
    private(set) var offset = 0

    /// Reads an open file, which has to stay open; where it stands does not matter.
    init(_ descriptor: CInt) { self.descriptor = descriptor }

    /// Appends at most `count` bytes, fewer only if there are no more, and then says why.
    func read(_ count: Int, into bytes: inout [UInt8]) -> Stop? {
        let goal = bytes.count + count
        while bytes.count < goal {
            if let damage = self.damage { return damage }
            if self.input.isEmpty, !self.fill() { return self.damage ?? (self.hasMore ? .unfinished : .end) }
            let before = bytes.count
            do {
                self.hasMore = try self.inflater.inflate(&self.input, atMost: goal - before, to: &bytes)
            } catch {
                self.damage = .damaged
            }
            self.offset += bytes.count - before
        }
        return nil
    }

    /// Goes on to an offset and returns the bytes just before it, at most as many as a fingerprint covers; `nil` if there are not so many.
    func skip(to offset: Int) -> [UInt8]? {
        let (tail, _) = self.skip(atMost: offset)
        return self.offset == offset ? tail : nil
    }

    /// Goes on to where there are no more bytes, and returns the last ones and why there are no more.
    func skipToEnd() -> (tail: [UInt8], stop: Stop?) { self.skip(atMost: .max) }

    /// Goes on to an offset, or to where there are no more bytes, and says why; returns the last bytes as well.
    func skip(atMost offset: Int) -> (tail: [UInt8], stop: Stop?) {
        var tail: [UInt8] = []
        while self.offset < offset {
            let stop = self.read(min(offset - self.offset, Self.inputSize), into: &tail)
            tail.removeFirst(max(0, tail.count - Fingerprint.window))
            if stop != nil { return (tail, stop) }
        }
        return (tail, nil)
    }

    /// The size that a gz states at its end, modulo 2^32 (RFC 1952, ISIZE); of several members that of the last.
    static func statedSize(of descriptor: CInt) -> UInt32? {
        guard let size = FileStatus(descriptor: descriptor)?.size, size >= 18,
            let bytes = OpenFile.bytes(of: descriptor, from: size - 4, count: 4), bytes.count == 4
        else { return nil }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Reads the next compressed bytes; false if there are none now.
    private func fill() -> Bool {
        guard let bytes = OpenFile.bytes(of: self.descriptor, from: self.consumed, count: Self.inputSize) else {
            self.damage = .damaged
            return false
        }
        self.consumed += bytes.count
        self.input = bytes[...]
        return !bytes.isEmpty
    }

    /// The first bytes of what an open file holds, at most `count`, and why there are no more if there are fewer.
    static func head(of descriptor: CInt, count: Int) -> (bytes: [UInt8], stop: Stop?) {
        var bytes: [UInt8] = []
        let stop = GzipContent(descriptor).read(count, into: &bytes)
        return (bytes, stop)
    }
}
