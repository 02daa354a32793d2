import Testing

@testable import Intake

@Suite("Finding lines")
struct LineSplitterTests {
    private struct Found: Equatable {
        var text: String
        var isCut: Bool

        init(_ text: String, isCut: Bool = false) {
            self.text = text
            self.isCut = isCut
        }
    }

    /// Splits text that arrives in pieces, as a reader of a pipe does.
    private func split(_ pieces: [String], limit: Int = 100) -> [Found] {
        var splitter = LineSplitter(limit: limit)
        var rest: [UInt8] = []
        var found: [Found] = []
        for (index, piece) in pieces.enumerated() {
            let storage = rest + Array(piece.utf8)
            let used = splitter.split(storage, atEnd: index == pieces.count - 1) { range, isCut in
                found.append(Found(String(decoding: storage[range], as: UTF8.self), isCut: isCut))
            }
            rest = Array(storage[used...])
        }
        #expect(rest.isEmpty)
        return found
    }

    @Test("LF and CR LF end lines, a lone CR and NUL do not")
    func endings() {
        #expect(self.split(["a\nb\r\n\nc\rd\0e\n"]) == ["a", "b", "", "c\rd\0e"].map { Found($0) })
    }

    @Test(
        "NULs in front of a line are a hole and no part of it, however many they are",
        arguments: [1, 10, 11, 12, 1000]
    )
    func holes(size: Int) {
        let hole = String(repeating: "\0", count: size)
        let expected = ["a", "first", "b\0c", ""].map { Found($0) }
        #expect(self.split(["a\n\(hole)first\nb\0c\n\(hole)\n\(hole)", ""], limit: 10) == expected)
        #expect(self.split(["a\n\(hole)", hole, "\(hole)first\nb\0c\n", "\(hole)\n", hole], limit: 10) == expected)
        #expect(self.split([hole], limit: 10).isEmpty)
        var splitter = LineSplitter(limit: 10)
        _ = splitter.split(Array("\(hole)a\n".utf8)) { _, _ in }
        let holeBytes = splitter.takeHoleBytes()
        #expect(holeBytes == size)
    }

    @Test("a byte order mark in front of a line is no part of it, elsewhere it is text")
    func byteOrderMarks() {
        let mark = "\u{FEFF}"
        let expected = ["a", "b\(mark)c", "d", ""].map { Found($0) }
        let text = "\(mark)a\nb\(mark)c\r\n\0\(mark)d\n\(mark)\n"
        #expect(self.split([text]) == expected)
        let scalars = Array(text.utf8)
        for size in 1...4 {
            var splitter = LineSplitter(limit: 100)
            var (rest, found): ([UInt8], [String]) = ([], [])
            for start in stride(from: 0, to: scalars.count, by: size) {
                let storage = rest + scalars[start..<min(start + size, scalars.count)]
                let used = splitter.split(storage) { range, _ in
                    found.append(String(decoding: storage[range], as: UTF8.self))
                }
                rest = Array(storage[used...])
            }
            #expect(found == expected.map(\.text))
        }
        #expect(
            self.split(["0123456789\n\(mark)0123456789\n\(mark)01234567890\n"], limit: 10) == [
                Found("0123456789"), Found("0123456789"), Found("0123456789", isCut: true),
            ]
        )
    }

    @Test("a line may come in pieces, its CR LF too")
    func pieces() {
        #expect(self.split(["a", "b\r", "\nc", ""]) == [Found("ab"), Found("c")])
    }

    @Test("a line of just the limit is whole, one byte more is cut and marked")
    func limit() {
        let ten = "0123456789"
        #expect(
            self.split([ten + "\r\n" + ten + "x\nnext\n"], limit: 10) == [
                Found(ten), Found(ten, isCut: true), Found("next"),
            ]
        )
        #expect(self.split([ten + "\r", "\nnext\n"], limit: 10) == [Found(ten), Found("next")])
    }

    @Test("the rest of an over-long line is passed over, however long it goes on")
    func passingOver() {
        let pieces = ["0123456789ab", "cdef", "ghi\nnext", "\n"]
        #expect(self.split(pieces, limit: 10) == [Found("0123456789", isCut: true), Found("next")])
    }

    @Test("a cut does not split a character")
    func characters() {
        #expect(self.split(["12345678\u{E4}x\n"], limit: 9) == [Found("12345678", isCut: true)])
        #expect(self.split(["1234567\u{1F600}x\n"], limit: 10) == [Found("1234567", isCut: true)])
    }

    @Test("pieces of any size give the same lines", arguments: 1...40)
    func anyPieces(size: Int) {
        let text = "first\r\n\nthird line\nfourth, a much longer one than the limit allows\r\nlast without end"
        let whole = self.split([text, ""], limit: 20)
        var pieces: [String] = []
        var rest = text[...]
        while !rest.isEmpty {
            pieces.append(String(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        #expect(self.split(pieces + [""], limit: 20) == whole)
        #expect(whole.count == 5)
    }
}
