internal import Glibc

/// A warning on standard error; the command goes on.
enum Warning {
    static func print(_ text: String) {
        var bytes = Array("warning: \(text)\n".utf8)
        _ = write(STDERR_FILENO, &bytes, bytes.count)
    }
}
