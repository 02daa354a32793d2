extension Medium {
    /// HTML that a person reads: the text of an element, or an attribute such as a title.
    ///
    /// As ``html``, and bidirectional controls become visible (`[U+202E]`): a line of a log cannot show itself, or what
    /// stands beside it, as something else.
    public static let htmlText = Medium { text, bytes in
        guard text.unicodeScalars.contains(where: BidirectionalControl.contains) else {
            return Medium.html.write(text, &bytes)
        }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if BidirectionalControl.contains(scalar) {
                shown += "[\(BidirectionalControl.number(scalar))]".unicodeScalars
            } else {
                shown.append(scalar)
            }
        }
        Medium.html.write(String(shown), &bytes)
    }

    /// HTML that comes back, or that a script reads: the value of an attribute, or the text of a text area.
    ///
    /// A parser reads from it exactly this text. It would turn a carriage return into a line feed (HTML standard, 13.2.3.5), so it is written as a reference.
    /// NUL has no place in HTML and becomes U+FFFD, which is what a parser makes of it.
    public static let html = Medium(replacing: [
        UInt8(ascii: "&"): "&amp;", UInt8(ascii: "<"): "&lt;", UInt8(ascii: ">"): "&gt;",
        UInt8(ascii: "\""): "&quot;", UInt8(ascii: "'"): "&#39;", UInt8(ascii: "`"): "&#96;",
        UInt8(ascii: "\r"): "&#13;", 0: "\u{FFFD}",
    ])

    /// The value of a label in Prometheus' text format, version 0.0.4, between its quotation marks.
    public static let prometheusLabel = Medium(replacing: [
        UInt8(ascii: "\\"): "\\\\", UInt8(ascii: "\""): "\\\"", UInt8(ascii: "\n"): "\\n",
    ])

    /// A text that stands for itself in a pattern of SQL's LIKE whose escape character is the backslash.
    public static let likePattern = Medium(replacing: [
        UInt8(ascii: "\\"): "\\\\", UInt8(ascii: "%"): "\\%", UInt8(ascii: "_"): "\\_",
    ])

    /// What stands between quotation marks where a backslash takes the meaning from a quotation mark and from itself.
    public static let quotation = Medium(replacing: [UInt8(ascii: "\\"): "\\\\", UInt8(ascii: "\""): "\\\""])

    /// What stands between quotation marks in SQLite's full-text query (FTS5, "FTS5 Strings").
    public static let fullTextQuotation = Medium(replacing: [UInt8(ascii: "\""): "\"\""])

    /// A text that stands for itself in a regular expression, as RabbitMQ's permissions take them.
    public static let regularExpression = Medium(
        replacing: Dictionary(uniqueKeysWithValues: "\\.+*?()[]{}|^$".utf8.map { ($0, "\\\(Unicode.Scalar($0))") })
    )
}
