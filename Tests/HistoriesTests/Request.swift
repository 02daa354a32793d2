import Glibc
import TestSupport

/// The run that somebody asks for with `Tests/histories`, which sets these variables.
struct Request {
    var seed: UInt64 = 1
    var count = 300
    var parallel = 6
    var isSimulated = false
    /// The directory of the program.
    var programs: String?
    /// One script instead of histories from seeds.
    var script: String?

    static var fromEnvironment: Self? {
        guard let seed = Self.variable("SEED") else { return nil }
        var request = Self()
        request.seed = UInt64(seed) ?? request.seed
        request.count = Self.variable("COUNT").flatMap { Int($0) } ?? request.count
        request.parallel = Self.variable("PARALLEL").flatMap { Int($0) } ?? request.parallel
        request.isSimulated = Self.variable("SIMULATED") != nil
        request.programs = Self.variable("BIN")
        request.script = Self.variable("SCRIPT").flatMap { try? contents(of: $0) }.map {
            String(decoding: $0, as: UTF8.self)
        }
        return request
    }

    private static func variable(_ name: String) -> String? {
        getenv("HATOHOL_HISTORIES_" + name).map { String(cString: $0) }
    }
}
