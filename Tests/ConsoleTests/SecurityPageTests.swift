import Foundation
import TestSupport
import Testing

@Suite("The page about security")
struct SecurityPageTests {
    @Test("names a test for each point of its lists, and each of these is there")
    func names() throws {
        let page = String(decoding: try contents(of: repositoryRoot + "/docs/security.md"), as: UTF8.self)
        let tests = try Command.run(
            "grep",
            ["-rhoE", "--include=*.swift", "--include=*.py"] + [Self.declaration, repositoryRoot + "/Tests"]
        )
        let known = Set(tests.split(separator: "\n").compactMap { $0.split(separator: " ").last.map(String.init) })
        let points = page.components(separatedBy: "\n- ").dropFirst().map {
            $0.components(separatedBy: "\n\n")[0].components(separatedBy: "\n#")[0]
        }
        #expect(points.count > 30)
        for point in points {
            let named = point.matches(of: #/`(\w+Tests|\w+_\w+)`/#).map { String($0.1) }.filter { !$0.hasPrefix("X_") }
            #expect(!named.isEmpty, "\(point)")
            for name in named { #expect(known.contains(name), "\(name)") }
        }
    }

    private static let declaration = #"(struct|class|enum) \w+Tests\b|def \w+"#
}
