/// A language the console speaks.
enum Language: String, Sendable, CaseIterable {
    case english = "en"
    case japanese = "ja"

    /// The first we speak of those a browser asks for, in its order of preference; English when there is none.
    init(accepting header: String?) {
        let wishes = (header ?? "").prefix(500).split(separator: ",").map { wish -> (String, Double) in
            let parts = wish.split(separator: ";")
            let tag = parts.first.map { $0.filter { !$0.isWhitespace }.lowercased() } ?? ""
            let weight = parts.dropFirst().first.flatMap { $0.split(separator: "=").last.flatMap { Double($0) } } ?? 1
            return (String(tag.prefix(2)), weight)
        }
        let best = wishes.filter { Self(rawValue: $0.0) != nil }.max { $0.1 < $1.1 }
        self = best.flatMap { Self(rawValue: $0.0) } ?? .english
    }
}
