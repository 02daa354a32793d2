internal import Escaping
internal import Mustache

/// The content type of all pages: what a template fills in is text, whatever characters it holds.
///
/// swift-mustache's own type for HTML compares `Character`s (`htmlEscape()` in its String.swift, version 2.1.1). It lets a
/// `<` pass that follows U+0600, or a `"` that a combining accent follows, and so a line of a log could bring its own elements.
struct HTMLText: MustacheContentType {
    private static let name = "HTML_TEXT"

    /// Makes the type known to the templates that name it.
    static func register() { MustacheContentTypes.register(Self(), named: self.name) }

    /// The text of a template, with this content type from its first character on.
    ///
    /// A partial begins with the library's own type again, so each template has to name the type.
    static func template(_ text: String) -> String { "{{% CONTENT_TYPE: \(self.name)}}" + text }

    func escapeText(_ text: String) -> String { text.escaped(for: .html) }
}
