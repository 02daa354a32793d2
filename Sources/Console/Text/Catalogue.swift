/// Every text of the pages, in each language.
///
/// The file has one text per line: its key, then the text in English and in Japanese, separated by `=` and `|`.
struct Catalogue: Sendable {
    static let shared = Catalogue(String(decoding: PackageResources.messages_txt, as: UTF8.self))

    private let texts: [Language: [String: String]]

    init(_ file: String) {
        var texts: [Language: [String: String]] = [:]
        for line in file.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmed }
            let both = parts.count == 2 ? parts[1].split(separator: "|").map { $0.trimmed } : []
            guard both.count == 2 else { preconditionFailure("the catalogue has a broken line: \(line)") }
            texts[.english, default: [:]][parts[0]] = both[0]
            texts[.japanese, default: [:]][parts[0]] = both[1]
        }
        self.texts = texts
    }

    /// A text; the key itself when there is none, so that the fault is seen.
    func text(_ key: String, _ language: Language) -> String { self.texts[language]?[key] ?? key }

    /// All texts of a language.
    func all(_ language: Language) -> [String: String] { self.texts[language] ?? [:] }
}

extension Substring {
    fileprivate var trimmed: String {
        String(self.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
