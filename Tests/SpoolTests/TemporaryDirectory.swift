import Foundation
import Glibc

/// A directory that goes when the test does.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/spool-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { fatalError("no temporary directory: \(errno)") }
        self.path = String(cString: made)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    /// The names of what lies in it.
    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: self.path).sorted()) ?? [] }

    /// How many bytes a file in it has.
    func size(of name: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: "\(self.path)/\(name)")
        return attributes?[.size] as? Int ?? 0
    }
}
