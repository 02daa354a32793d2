internal import CZlib

/// Decompresses gzip, also several members one after the other, in steps of bounded size.
final class GzipInflater {
    /// Why the rest of the input is of no use.
    enum Failure: Error, Hashable {
        /// It is no gzip, is damaged, or ends too early.
        case damaged
        /// It grows larger than the limit.
        case tooLarge
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private var room: Int
    private var isBetweenMembers = false

    /// Starts at the beginning of a compressed text.
    ///
    /// - Parameter limit: How large it may become.
    init(limit: Int) {
        self.room = limit
        self.stream = .allocate(capacity: 1)
        self.stream.initialize(to: z_stream())
        // 16 on top of the largest window asks for the gzip format and nothing else.
        // Should there be no memory, the first use fails, because zlib then leaves the stream without a state.
        _ = czlib_inflate_init(self.stream, 15 + 16)
    }

    deinit {
        inflateEnd(self.stream)
        self.stream.deallocate()
    }

    /// Decompresses the next part and appends it.
    ///
    /// - Parameters:
    ///   - input: The compressed bytes that are left; what was used of them is dropped from the front.
    ///   - size: How many bytes to append at most.
    ///   - output: Receives the decompressed bytes.
    /// - Returns: Whether there is more to come.
    /// - Throws: When the input is no gzip or too large; what was decompressed before is kept.
    func inflate(_ input: inout ArraySlice<UInt8>, atMost size: Int, to output: inout [UInt8]) throws(Failure) -> Bool {
        if self.isBetweenMembers {
            guard !input.isEmpty else { return false }
            self.isBetweenMembers = false
            guard inflateReset(self.stream) == Z_OK else { throw .damaged }
        }
        let old = output.count
        output.append(contentsOf: repeatElement(0, count: size))
        let status = input.withUnsafeBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                self.stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                self.stream.pointee.avail_in = UInt32(clamping: source.count)
                self.stream.pointee.next_out = target.baseAddress.map { $0 + old }
                self.stream.pointee.avail_out = UInt32(clamping: size)
                return CZlib.inflate(self.stream, Z_NO_FLUSH)
            }
        }
        input = input.dropFirst(input.count - Int(self.stream.pointee.avail_in))
        let produced = size - Int(self.stream.pointee.avail_out)
        output.removeLast(size - produced)
        guard status == Z_OK || status == Z_STREAM_END else { throw .damaged }
        self.isBetweenMembers = status == Z_STREAM_END
        self.room -= produced
        guard self.room >= 0 else { throw .tooLarge }
        return !(self.isBetweenMembers && input.isEmpty)
    }
}
