import Glibc
import TestSupport

/// What a program did.
struct Outcome {
    let status: Int32
    let output: String
    let errors: String

    var isGood: Bool { self.status == 0 }
    /// Everything it said, for the message of an expectation.
    var text: String { self.output + self.errors }
}

/// Programs that judge our work; one that is missing is a failure.
enum Tool {
    /// Runs a program to its end.
    static func run(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = [:]
    ) async throws -> Outcome {
        let directory = try TemporaryDirectory()
        let process = try ChildProcess(
            program,
            arguments,
            environment: environment,
            output: directory.file("out"),
            errors: directory.file("err")
        )
        let status = try await process.wait(timeout: .seconds(300))
        return Outcome(
            status: status,
            output: String(decoding: try contents(of: directory.file("out")), as: UTF8.self),
            errors: String(decoding: try contents(of: directory.file("err")), as: UTF8.self)
        )
    }

    static func openssl(_ arguments: String...) async throws -> Outcome { try await self.run("openssl", arguments) }

    /// Our own program, as it was built beside the tests.
    static func hatoholCA(_ arguments: String...) async throws -> Outcome {
        try await self.run(self.program, arguments)
    }

    /// A Python that has what `Tests/requirements.txt` lists.
    static func python(_ script: String, _ arguments: [String]) async throws -> Outcome {
        let interpreter = getenv("HATOHOL_TEST_PYTHON").map { String(cString: $0) } ?? "python3"
        return try await self.run(interpreter, ["-c", script] + arguments)
    }

    /// Runs our own program at a terminal of its own, typing an answer at each `(yes/no)`.
    static func atTerminal(_ arguments: [String], typing answers: [String]) async throws -> Outcome {
        let script = """
            import os, pty, select, sys
            program = 2 + int(sys.argv[1])
            answers = sys.argv[2:program]
            process, terminal = pty.fork()
            if process == 0:
                os.execv(sys.argv[program], sys.argv[program:])
            said, heard = b"", 0
            while True:
                if not select.select([terminal], [], [], 120)[0]:
                    sys.exit("it waits for more than was typed: " + said.decode())
                try:
                    chunk = os.read(terminal, 4096)
                except OSError:
                    break
                if not chunk:
                    break
                said += chunk
                while said.count(b"(yes/no)") > heard and heard < len(answers):
                    os.write(terminal, answers[heard].encode())
                    heard += 1
            print(said.decode(), end="")
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
            """
        return try await self.python(script, ["\(answers.count)"] + answers + [self.program] + arguments)
    }

    /// Runs an Erlang expression; it must end by `halt(Status)`.
    static func erlang(_ expression: String) async throws -> Outcome {
        try await self.run(
            "erl",
            ["-noshell", "-boot", "start_clean", "-eval", expression],
            environment: ["HOME": "/tmp"]
        )
    }

    /// The path of the program under test.
    static let program: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        var candidates = [String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)]
        // The test runner may be a helper that loads the tests from a path among its arguments.
        candidates += CommandLine.arguments
        for candidate in candidates {
            let directory = candidate.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
                separator: "/"
            )
            let program = "\(directory)/hatohol-ca"
            if access(program, X_OK) == 0 { return program }
        }
        return "\(repositoryRoot)/.build/debug/hatohol-ca"
    }()
}
