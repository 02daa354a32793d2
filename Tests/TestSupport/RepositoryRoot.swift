internal import Glibc

/// The root of the checkout, found from where this file lies, symbolic links followed.
public let repositoryRoot: String = {
    guard let resolved = realpath(#filePath, nil) else { return "." }
    defer { free(resolved) }
    return "/" + String(cString: resolved).split(separator: "/").dropLast(3).joined(separator: "/")
}()
