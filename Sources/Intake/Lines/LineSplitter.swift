internal import Glibc

/// Finds lines in bytes that come in pieces.
///
/// A line ends with LF or CR LF; neither belongs to it. Any other byte does, NUL and invalid UTF-8 too, but for two things in
/// front of it. NULs there are a hole: a writer without O_APPEND goes on at its old place after copytruncate has emptied the
/// file. A byte order mark there says how a text is encoded, also in the middle of files that were joined. Both are passed
/// over, holes of any size; elsewhere in a line they are text.
///
/// A line longer than the limit is cut, at a UTF-8 boundary where there is one, and the rest of it is passed over; how far that goes is
/// remembered in ``isPassingOver`` from piece to piece.
struct LineSplitter: Hashable, Sendable {
    /// The most bytes of one line.
    let limit: Int

    /// The beginning of the current line was delivered, and its rest is not wanted.
    var isPassingOver = false

    /// How many NULs in front of lines were passed over since ``takeHoleBytes()``.
    private(set) var holeBytes = 0

    /// How many NULs in front of lines were passed over since the last call.
    mutating func takeHoleBytes() -> Int {
        defer { self.holeBytes = 0 }
        return self.holeBytes
    }

    /// Calls `line` with the place of each line that is complete in `storage[start...]`, and whether it was cut.
    ///
    /// Returns the index of the first byte that is not used up: there the next piece has to continue. With `atEnd` what
    /// is left counts as a line as well.
    mutating func split(
        _ storage: [UInt8],
        from start: Int = 0,
        atEnd: Bool = false,
        _ line: (Range<Int>, _ isCut: Bool) -> Void
    ) -> Int {
        storage.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return start }
            var position = start
            while position < bytes.count {
                guard let newline = memchr(base + position, 0x0A, bytes.count - position) else { break }
                let end = base.distance(to: newline.assumingMemoryBound(to: UInt8.self))
                if !self.isPassingOver { self.deliver(position..<end, of: bytes, line) }
                self.isPassingOver = false
                position = end + 1
            }
            return self.handleRest(position..<bytes.count, of: bytes, atEnd: atEnd, line)
        }
    }

    private mutating func handleRest(
        _ rest: Range<Int>,
        of bytes: UnsafeBufferPointer<UInt8>,
        atEnd: Bool,
        _ line: (Range<Int>, Bool) -> Void
    ) -> Int {
        if self.isPassingOver { return rest.upperBound }
        let rest = self.afterMarks(rest, of: bytes)
        // One byte more than the limit, because the last one may be the CR of a line that just fits.
        let isTooLong = rest.count > self.limit + 1
        guard isTooLong || (atEnd && !rest.isEmpty) else { return rest.lowerBound }
        self.isPassingOver = !atEnd
        self.deliver(rest, of: bytes, line)
        return rest.upperBound
    }

    @inline(__always)
    private mutating func deliver(
        _ range: Range<Int>,
        of bytes: UnsafeBufferPointer<UInt8>,
        _ line: (Range<Int>, Bool) -> Void
    ) {
        let range = self.afterMarks(range, of: bytes)
        var end = range.upperBound
        if end > range.lowerBound, bytes[end - 1] == 0x0D { end -= 1 }
        guard end - range.lowerBound > self.limit else { return line(range.lowerBound..<end, false) }
        end = range.lowerBound + self.limit
        // At most three continuation bytes back to the first byte of a character.
        for back in 0..<min(4, self.limit) where bytes[end - back] & 0xC0 != 0x80 {
            end -= back
            break
        }
        line(range.lowerBound..<end, true)
    }

    /// A line, or what there is of it, without a hole or a byte order mark in front; looks at one byte of an ordinary line.
    @inline(__always)
    private mutating func afterMarks(_ line: Range<Int>, of bytes: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        guard !line.isEmpty, bytes[line.lowerBound] == 0 || bytes[line.lowerBound] == 0xEF else { return line }
        return self.afterMarksThatMayBeThere(line, of: bytes)
    }

    @inline(never)
    private mutating func afterMarksThatMayBeThere(
        _ line: Range<Int>,
        of bytes: UnsafeBufferPointer<UInt8>
    ) -> Range<Int> {
        var start = line.lowerBound
        while start < line.upperBound {
            if bytes[start] == 0 {
                start += 1
                self.holeBytes += 1
            } else if bytes[start] == 0xEF, line.upperBound - start >= 3, bytes[start + 1] == 0xBB,
                bytes[start + 2] == 0xBF
            {
                start += 3
            } else {
                break
            }
        }
        return start..<line.upperBound
    }
}
