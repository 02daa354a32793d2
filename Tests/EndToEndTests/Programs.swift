internal import Glibc
internal import TestSupport

/// Where the built programs lie: beside the program that runs these tests.
enum Programs {
    static let directory: String = {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let path = String(decoding: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }()

    static var agent: String { "\(self.directory)/hap2-fluentd" }
    static var server: String { "\(self.directory)/hatohol-server" }
    static var authority: String { "\(self.directory)/hatohol-ca" }
}

/// How a program that ran to its end ended, and what it said.
struct Outcome {
    var status: Int32
    var output: String
    var errors: String

    /// Runs a program to its end.
    static func of(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = "/dev/null"
    ) async throws -> Outcome {
        let directory = try TemporaryDirectory()
        let (output, errors) = (directory.file("output"), directory.file("errors"))
        let child = try ChildProcess(
            program,
            arguments,
            environment: environment,
            input: input,
            output: output,
            errors: errors
        )
        let status = try await child.wait(timeout: .seconds(120))
        func text(_ path: String) throws -> String { String(decoding: try contents(of: path), as: UTF8.self) }
        return Outcome(status: status, output: try text(output), errors: try text(errors))
    }
}
