import Glibc
import Testing

@testable import Intake

@Suite("Symbolic links on the way to a file")
struct LinkChainTests {
    private let directory = TemporaryDirectory()

    @Test(
        "are followed wherever they stand, and the directories in which they can be replaced are known",
        arguments: [
            // The path, where it leads, and the directories.
            ("real/app.log", "real/app.log", nil),
            ("file.log", "real/app.log", ["", "real"]),
            ("current/app.log", "real/app.log", ["", "real"]),
            ("real/../current/app.log", "real/app.log", ["", "real"]),
            ("first/app.log", "real/app.log", ["", "links", "real"]),
            ("absolute/app.log", "real/app.log", ["", "real"]),
            ("links/up.log", "real/app.log", ["", "links", "real"]),
            ("missing.log", "nowhere/app.log", ["", "nowhere"]),
        ] as [(String, String, Set<String>?)]
    )
    func ways(path: String, target: String, directories: Set<String>?) {
        for name in ["real", "links"] { mkdir(self.directory.file(name), 0o755) }
        let links = [
            "file.log": "real/app.log", "current": "./real/", "first": "links/second", "links/second": "../real",
            "absolute": self.directory.file("real"), "links/up.log": "../current/app.log",
            "missing.log": "nowhere/app.log",
        ]
        for (name, text) in links { symlink(text, self.directory.file(name)) }
        let chain = LinkChain(self.directory.file(path))
        #expect(chain.target == self.directory.file(target))
        let expected = (directories ?? []).map { $0.isEmpty ? self.directory.path : self.directory.file($0) }
        // The directory of the tests may lie behind links itself.
        #expect(chain.directories.isSuperset(of: expected))
        #expect(chain.directories.isEmpty == (directories == nil))
    }

    @Test("that lead in a circle end")
    func circle() {
        symlink("b", self.directory.file("a"))
        symlink("a", self.directory.file("b"))
        #expect(LinkChain(self.directory.file("a/app.log")).target.hasSuffix("/app.log"))
    }

    @Test("of a relative path stay relative, unless they are absolute")
    func relative() {
        #expect(LinkChain("no/such/app.log").target == "no/such/app.log")
        #expect(LinkChain("").target == "")
        #expect(LinkChain("/proc/self/../self/exe").target.hasPrefix("/"))
    }
}
