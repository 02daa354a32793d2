internal import Logging

/// What is followed and how, from where on, and who is told of it.
struct FollowingContext: Sendable {
    let configuration: FileTail.Configuration
    let patterns: [FilePattern]
    /// All positions that were stored, those of other sources among them.
    let positions: [SourcePosition]
    /// How far behind the files are.
    let lags = LagBoard()
    /// What keeps files from being followed.
    let troubles = TroubleBoard()
    let logger: Logger
}
