public import Glibc

/// The lines of standard input, or of another descriptor that ends.
///
/// Ends with the input. What was read when the process is killed is lost: a pipe cannot be read again.
public struct StandardInput: Source {
    /// `stdin`.
    public var name: String { self.tag }

    private let descriptor: CInt
    private let tag: String
    private let lineLimit: Int
    private let multiline: MultilineRecords?

    /// Reads lines of at most `lineLimit` bytes from a descriptor that stays open; longer ones are cut and marked.
    ///
    /// With `multiline`, lines are joined to records, of as many bytes at most.
    public init(
        descriptor: CInt = STDIN_FILENO,
        tag: String = "stdin",
        lineLimit: Int = 256 << 10,
        multiline: MultilineRecords? = nil
    ) {
        self.descriptor = descriptor
        self.tag = tag
        self.lineLimit = lineLimit
        self.multiline = multiline
    }

    /// Delivers until the end of the input or until cancelled.
    /// - Throws: `IntakeError.Code.cannotRead`, or what the sink threw.
    public func run(into sink: any RecordSink) async throws {
        var stream = LineStream(
            DescriptorReader(self.descriptor, owns: false),
            lineLimit: self.lineLimit,
            multiline: self.multiline
        )
        let tag = self.tag
        try await stream.deliver(into: sink) { _, line, isCut in
            Record(tag: tag, body: .text(line), isTruncated: isCut)
        }
    }
}
