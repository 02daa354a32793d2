import Glibc
import Intake
import TestSupport

/// Runs a source for the length of a test, which gets the place where the source listens.
///
/// The configuration of the source that `make` makes must call the function it is given once it listens.
func withRunning(
    _ make: (_ listening: @escaping @Sendable (SocketEndpoint) -> Void) -> any Source,
    into sink: any RecordSink,
    _ body: (SocketEndpoint) async throws -> Void
) async throws {
    let (endpoints, continuation) = AsyncStream.makeStream(of: SocketEndpoint.self)
    let source = make { continuation.yield($0) }
    try await withThrowingTaskGroup { group in
        group.addTask {
            defer { continuation.finish() }
            try await source.run(into: sink)
        }
        if let endpoint = await endpoints.first(where: { _ in true }) { try await body(endpoint) }
        group.cancelAll()
        try await group.waitForAll()
    }
}

/// A directory of the test's own, removed afterwards.
func withTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
    var template = Array("/tmp/intake-XXXXXX".utf8CString)
    let path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
    defer { rmdir(path) }
    try await body(path)
}

/// Runs a program and returns its exit status and its standard output.
func run(_ program: String, _ arguments: [String]) async throws -> (status: CInt, output: String) {
    var ends: [CInt] = [-1, -1]
    precondition(pipe(&ends) == 0)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_addclose(&actions, ends[0])
    var pid = pid_t()
    var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    let result = posix_spawnp(&pid, program, &actions, nil, &argv, environ)
    for argument in argv { free(argument) }
    posix_spawn_file_actions_destroy(&actions)
    close(ends[1])
    guard result == 0 else {
        close(ends[0])
        throw SocketClient.Failure(errno: result)
    }
    let reading = ends[0]
    return await blocking { [pid] in
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(reading, &buffer, buffer.count)
            guard count > 0 else { break }
            output += buffer.prefix(count)
        }
        close(reading)
        var status: CInt = 0
        waitpid(pid, &status, 0)
        return ((status >> 8) & 0xFF, String(decoding: output, as: UTF8.self))
    }
}
