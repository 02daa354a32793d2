/// What comes over a Forward connection, in the order of its bytes.
enum ForwardPiece: Hashable, Sendable {
    /// Whole MessagePack values, one after the other.
    case values([UInt8])
    /// A message begins that is too large to be held; its tag is known, its entries follow.
    case opening(tag: String)
    /// The next bytes of its entries.
    case content([UInt8])
    /// Its entries are over; these are the values behind them, of which the first is the option.
    case closing([UInt8])
}
