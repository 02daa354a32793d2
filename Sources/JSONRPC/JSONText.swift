/// Where a string stands in a JSON text: the bounds between its quotes and what lies inside.
///
/// Made by ``JSONReader/readText()``, which has checked it: an unescaped text is valid UTF-8 as it stands.
/// Trivially copied, so that a decoder can keep many of them.
public struct JSONText: Hashable, Sendable {
    /// The first byte after the opening quote.
    public let start: Int
    /// The closing quote.
    public let end: Int
    /// Whether escapes must be resolved before use.
    public let hasEscapes: Bool
    /// Whether every byte is ASCII (an escape may still stand for something else).
    public let isASCII: Bool
    /// Whether bytes that are not UTF-8 must be replaced by U+FFFD before use.
    public let needsRepair: Bool

    /// Whether the bytes between the quotes are the text itself.
    public var isVerbatim: Bool { !self.hasEscapes && !self.needsRepair }

    init(start: Int, end: Int, hasEscapes: Bool, isASCII: Bool, needsRepair: Bool) {
        self.start = start
        self.end = end
        self.hasEscapes = hasEscapes
        self.isASCII = isASCII
        self.needsRepair = needsRepair
    }

    /// The same text in a larger run of bytes that this one is a part of.
    public func shifted(by offset: Int) -> Self {
        Self(
            start: self.start + offset,
            end: self.end + offset,
            hasEscapes: self.hasEscapes,
            isASCII: self.isASCII,
            needsRepair: self.needsRepair
        )
    }

    /// A text that is empty and stands nowhere.
    public static let none = Self(start: 0, end: 0, hasEscapes: false, isASCII: true, needsRepair: false)
}
