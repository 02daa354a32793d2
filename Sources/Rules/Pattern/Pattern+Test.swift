extension Pattern {
    /// Makes a test that says whether the pattern occurs in a text; it remembers what it works out, and is for one thread.
    public func makeTest() -> (_ text: Span<UInt8>) -> Bool {
        var search = PatternSearch(self)
        return { search.occurs(in: $0) }
    }
}
