import Glibc

/// A Python that has the `fluent-logger` and `msgpack` packages.
enum FluentPython {
    /// The first found of `$FLUENT_PYTHON`, the system's, and the one on the path.
    static let path: String? = [getenv("FLUENT_PYTHON").map { String(cString: $0) }, "/usr/bin/python3", "python3"]
        .compactMap { $0 }
        .first { system("\($0) -c 'import fluent.sender, msgpack' 2>/dev/null") == 0 }
}
