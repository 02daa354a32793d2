internal import Glibc
internal import Operations

extension Actor {
    /// Whoever runs this command: behind sudo(8) the person it names, otherwise the owner of the process.
    ///
    /// Who can write the store can write anything into it, so this is a record among colleagues, no proof.
    static var current: Self {
        if let person = getenv("SUDO_USER").map({ String(cString: $0) }), !person.isEmpty {
            return Self(commandLine: person)
        }
        return Self(commandLine: getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "uid \(getuid())")
    }
}
