internal import Escaping
internal import Mustache

/// The content types of all pages: what a template fills in is text, whatever characters it holds.
///
/// swift-mustache's own type for HTML compares `Character`s (`htmlEscape()` in its String.swift, version 2.1.1). It lets a
/// `<` pass that follows U+0600, or a `"` that a combining accent follows, and so a line of a log could bring its own elements.
struct HTMLText: MustacheContentType {
    private static let shown = (name: "HTML_TEXT", type: HTMLText(medium: .htmlText))
    private static let kept = (name: "HTML_VALUE", type: HTMLText(medium: .html))

    private let medium: Medium

    /// Makes the types known to the templates that name them.
    static func register() {
        for (name, type) in [self.shown, self.kept] { MustacheContentTypes.register(type, named: name) }
    }

    /// The text of a template, with our content types from its first character on.
    ///
    /// A partial begins with the library's own type again, so each template has to name the type. What a form sends back, and what a
    /// script reads, is written exactly; everything else is for people, and shows what cannot be seen.
    static func template(_ text: String) -> String {
        let place = #/((?:value|data-query)="|<textarea[^>]*>|>(?=\{\{[A-Za-z.]+\}\}</option>))(\{\{[A-Za-z.]+\}\})/#
        let values = text.replacing(place) { match in
            "\(match.1)\(self.pragma(self.kept.name))\(match.2)\(self.pragma(self.shown.name))"
        }
        return self.pragma(self.shown.name) + values
    }

    private static func pragma(_ name: String) -> String { "{{% CONTENT_TYPE: \(name)}}" }

    func escapeText(_ text: String) -> String { text.escaped(for: self.medium) }
}
