internal import Glibc

/// Short programs that are run to their end.
public enum Command {
    /// Runs a program and returns its standard output; blocks the thread meanwhile.
    ///
    /// - Parameters:
    ///   - program: Its name or path.
    ///   - arguments: Its arguments, without its name.
    ///   - environment: What is added to our environment.
    ///   - input: What it reads from standard input.
    /// - Returns: Its standard output.
    /// - Throws: ``TestFailure`` with its standard error when it does not exit with 0.
    @discardableResult
    public static func run(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = ""
    ) throws -> String {
        var template = Array("/tmp/hatohol-command-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestFailure("mkdtemp: \(String(cString: strerror(errno)))") }
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let files = (input: "\(directory)/in", output: "\(directory)/out", errors: "\(directory)/err")
        defer {
            for file in [files.input, files.output, files.errors] { unlink(file) }
            rmdir(directory)
        }
        let descriptor = open(files.input, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        let bytes = Array(input.utf8)
        let written = write(descriptor, bytes, bytes.count)
        close(descriptor)
        guard written == bytes.count else { throw TestFailure("cannot write \(files.input)") }

        let process = try ChildProcess(
            program,
            arguments,
            environment: environment,
            input: files.input,
            output: files.output,
            errors: files.errors
        )
        var status = process.poll()
        while status == nil {
            usleep(1000)
            status = process.poll()
        }
        guard status == 0 else {
            let errors = String(decoding: (try? contents(of: files.errors)) ?? [], as: UTF8.self)
            throw TestFailure("\(program) \(arguments.first ?? "") ended with \(status ?? -1): \(errors)")
        }
        return String(decoding: try contents(of: files.output), as: UTF8.self)
    }
}
