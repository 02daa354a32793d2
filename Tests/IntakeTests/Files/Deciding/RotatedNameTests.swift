import Testing

@testable import Intake

@Suite("Names that rotation gives")
struct RotatedNameTests {
    @Test(
        "belong to the log they are of",
        arguments: [
            ("app.log.1", "app.log", "1"), ("app.log.12.gz", "app.log", "12"), ("syslog.1", "syslog", "1"),
            ("/var/log/app.log.0", "/var/log/app.log", "0"), ("/app.log.1", "/app.log", "1"),
            ("app.log-20261121", "app.log", "20261121"), ("d/app.log-20261121.gz", "d/app.log", "20261121"),
            ("app.log-2026112113", "app.log", "2026112113"), ("app.log-1795269600", "app.log", "1795269600"),
            ("app.log_2026-11-21", "app.log", "20261121"), ("app.log.2026-11-21_13-00", "app.log", "202611211300"),
            ("app.log-20261121.1", "app.log", "202611211"), ("app-20261121.log", "app.log", "20261121"),
            ("catalina.2026-11-21.log", "catalina.log", "20261121"), ("app-20261121.log.gz", "app.log", "20261121"),
            ("app.log.old", "app.log", ""), ("app.log.gz", "app.log", ""), ("node1.log.3", "node1.log", "3"),
            ("10.0.0.7.log.2", "10.0.0.7.log", "2"),
        ]
    )
    func rotated(path: String, log: String, digits: String) {
        let name = RotatedName(path: path)
        #expect(name.log == log)
        #expect(name.digits == digits)
        #expect(name.isRotated)
    }

    @Test(
        "are told from names that hold numbers",
        arguments: [
            "app.log", "node1.log", "node2.log", "node-1", "node-12", "node_3.log", "node.1.log", "node12", "10.0.0.7",
            "10.0.0.7.log", "v1.2.log", "app-1.2.3", "20261121.log", ".1", "20261121", "/var/log/2026/app.log", "",
            "app.",
            "port-8080", "app.log.12345", "id-00000042.log", "gz", "-20261121",
        ]
    )
    func others(path: String) {
        let name = RotatedName(path: path)
        #expect(name.log == path)
        #expect(!name.isRotated)
    }

    @Test("tell the order: rotated ones by time, then by number or date, the written one last")
    func order() {
        let names = ["app.log", "app.log.1", "app.log.3.gz", "app.log.2"]
        #expect(
            names.sorted { RotationAge(path: $0, modified: 7) < RotationAge(path: $1, modified: 7) } == [
                "app.log.3.gz", "app.log.2", "app.log.1", "app.log",
            ]
        )
        let dated = ["app.log", "app.log-20261122", "app.log-20261121.gz"]
        #expect(
            dated.sorted { RotationAge(path: $0, modified: 7) < RotationAge(path: $1, modified: 7) } == [
                "app.log-20261121.gz", "app.log-20261122", "app.log",
            ]
        )
        #expect(RotationAge(path: "app.log.1", modified: 1) < RotationAge(path: "app.log.2", modified: 2))
    }

    @Test("tell the order of those that have other names by now, too")
    func orderOfMoved() {
        let ages = [
            RotationAge(path: "app.log.2", modified: 7, isMoved: true),
            RotationAge(path: "app.log.1", modified: 7, isMoved: true),
            RotationAge(path: "app.log", modified: 7, isMoved: true),
            RotationAge(path: "app.log.2.gz", modified: 7),
            RotationAge(path: "app.log.1", modified: 7),
            RotationAge(path: "app.log", modified: 7),
        ]
        #expect(zip(ages, ages.dropFirst()).allSatisfy { $0 < $1 && !($1 < $0) })
    }
}
