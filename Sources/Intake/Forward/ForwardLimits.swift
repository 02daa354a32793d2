/// How large the parts of a Forward message may become.
struct ForwardLimits: Hashable, Sendable {
    /// Bytes of one entry; a larger one is passed over and counted.
    var entry: Int
    /// Bytes of all entries of a compressed message; what is behind them is dropped and counted.
    var decompressed: Int
}
