internal import Escaping

/// Aligned columns for people.
struct Table {
    private var rows: [[String]]

    init(_ header: [String]) { self.rows = [header] }

    mutating func add(_ row: [String]) { self.rows.append(row) }

    /// The lines, each column as wide as its widest cell; the last one is left as it is.
    var lines: [String] {
        let columns = self.rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            self.rows.lazy.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return self.rows.map { row in
            row.enumerated().map { index, cell in
                index == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[index] - cell.count)
            }.joined(separator: "  ")
        }
    }
}

extension String {
    /// The text on one line and without control characters, so that data cannot drive the terminal.
    var printable: String { self.escaped(for: .terminalLine) }
}
