public import HummingbirdCore

extension Request {
    /// Whether the path has an empty segment, as in `//events`.
    ///
    /// Routers pass over it, and what else compares paths does not: a request with two readings is one for nobody.
    public var hasEmptySegment: Bool { self.uri.path.contains("//") }
}
