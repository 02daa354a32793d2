import Testing

@testable import Intake

/// Decisions as tables: a directory of texts answers what is asked.
@Suite("Deciding about files")
struct FileFamilyTests {
    /// A directory in memory, and a family that is told of it.
    private struct Site {
        var family = FileFamily(Self.configuration)
        var texts: [String: (inode: UInt64, bytes: [UInt8])] = [:]
        var followed: [FileIdentity: Int] = [:]
        var now = ContinuousClock.now

        private static var configuration: FileFamily.Configuration {
            var configuration = FileFamily.Configuration()
            configuration.start = .beginning
            return configuration
        }

        mutating func put(_ path: String, _ inode: UInt64, _ text: String) {
            self.texts[path] = (inode, Array(text.utf8))
        }

        private func listed(_ path: String) -> ListedFile? {
            self.texts[path].map { inode, bytes in
                ListedFile(
                    path: path,
                    target: path,
                    identity: FileIdentity(device: 1, inode: inode),
                    size: bytes.count,
                    modified: 0
                )
            }
        }

        private func bytes(_ identity: FileIdentity) -> [UInt8] {
            self.texts.values.first { $0.inode == identity.inode }?.bytes ?? []
        }

        private func answer(_ question: FileQuestion) -> FileAnswer {
            switch question {
            case .contents(let file):
                .contents(ForeignCompression.name(self.bytes(file.identity)).map { .foreign($0) } ?? .readable)
            case .neighbours: .neighbours(self.texts.keys.sorted().compactMap(self.listed))
            case .comparison(let file, let original):
                switch (self.bytes(file.identity), self.bytes(original.identity)) {
                case (let one, let other) where one == other: .comparison(.equal)
                case (let one, let other):
                    .comparison(other.starts(with: one) ? .beginning(one.count) : .different)
                }
            case .possession: .possession(.notHeld)
            case .integrity: .integrity(.intact)
            case .position: .unavailable
            case .writer: .writer(false)
            case .absence: .absence(false)
            }
        }

        /// Looks after some seconds; everything that is followed has been read.
        mutating func look(after seconds: Int = 0) -> [FileAction] {
            self.now += .seconds(seconds)
            var scan = DirectoryScan()
            for file in self.texts.keys.compactMap(self.listed) { scan.files[file.identity] = file }
            for identity in self.followed.keys {
                let size = self.bytes(identity).count
                scan.followed[identity] = DirectoryScan.FollowedStatus(
                    size: size,
                    modified: 0,
                    isDeleted: false,
                    offset: size,
                    isIdle: true
                )
            }
            var answers: [FileQuestion: FileAnswer] = [:]
            while true {
                switch self.family.handle(.scanned(scan), answers: answers, at: self.now) {
                case .ask(let questions): for question in questions { answers[question] = self.answer(question) }
                case .act(let actions):
                    for case .follow(let start) in actions { self.followed[start.file.identity] = 0 }
                    return actions
                }
            }
        }
    }

    private static func isFollowed(_ path: String, in actions: [FileAction]) -> Bool {
        actions.contains { if case .follow(let start) = $0 { start.file.path == path } else { false } }
    }

    private static func text(_ count: Int) -> String { (0..<count).map { "line \($0)\n" }.joined() }

    @Test(
        "a file that appears beside a followed one is a copy only if it holds the same bytes and nothing else",
        arguments: [
            // The lines of both, of the new one alone, and whether that is read at once, or after the patience.
            (10, 10, false, true), (10, 11, true, true), (500, 500, false, false), (500, 200, false, false),
            (500, 501, true, true), (500, 10, false, true),
        ]
    )
    func copies(original: Int, new: Int, atOnce: Bool, later: Bool) {
        var site = Site()
        site.put("logs/app.log", 1, Self.text(original))
        #expect(Self.isFollowed("logs/app.log", in: site.look()))
        site.put("logs/app.log.1", 2, Self.text(new))
        #expect(Self.isFollowed("logs/app.log.1", in: site.look()) == atOnce)
        let actions = site.look(after: 6)
        #expect((atOnce || Self.isFollowed("logs/app.log.1", in: actions)) == later)
        // Whatever was decided in doubt is told.
        #expect(atOnce || actions.contains { if case .report = $0 { true } else { false } })
    }

    @Test(
        "names that are none of a rotation make no copy",
        arguments: ["logs/app1.log", "logs/apples.log", "other/app.log.1"]
    )
    func otherNames(path: String) {
        var site = Site()
        site.put("logs/app.log", 1, Self.text(500))
        _ = site.look()
        site.put(path, 2, Self.text(500))
        #expect(Self.isFollowed(path, in: site.look()))
    }

    @Test("a dated file has nothing to do with that of another day")
    func otherDay() {
        var site = Site()
        site.put("logs/app-20261129.log", 1, Self.text(500))
        _ = site.look()
        site.put("logs/app-20261130.log", 2, Self.text(500))
        #expect(Self.isFollowed("logs/app-20261130.log", in: site.look()))
    }

    /// A reader is faster than a program that writes its archive in pieces: what it found at its end was more than the last look showed.
    @Test("an archive that grew between the look and the reading is over as it was read")
    func growingArchive() {
        var site = Site()
        site.put("logs/backup.gz", 1, Self.text(1))
        #expect(Self.isFollowed("logs/backup.gz", in: site.look()))
        site.put("logs/backup.gz", 1, Self.text(2))
        let archive = FileIdentity(device: 1, inode: 1)
        let finished = site.family.handle(.finished(archive, size: Self.text(2).utf8.count), at: site.now)
        #expect(finished != .act([]))
        site.followed = [:]
        #expect(site.look() == [])
        #expect(site.look(after: 60) == [])
    }

    @Test("an empty file holds up no other one of its log")
    func emptyFile() {
        var site = Site()
        site.put("logs/app.log.1", 1, "")
        _ = site.look()
        site.put("logs/app.log", 2, Self.text(1))
        _ = site.look()
        #expect(!site.family.mustWait(FileIdentity(device: 1, inode: 2)))
    }

    @Test("a file in a foreign format is told of once, and not followed")
    func foreign() {
        var site = Site()
        site.texts["logs/app.log.1.xz"] = (1, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00])
        #expect(site.look() == [.report(.foreignCompression(path: "logs/app.log.1.xz", format: "xz"))])
        #expect(site.look(after: 60) == [])
    }

    @Test("files that wait for each other never wait in a circle")
    func order() {
        let files = (1...3).map { FileIdentity(device: 1, inode: UInt64($0)) }
        var order = ReadingOrder()
        order.put(files[1], after: files[0])
        order.put(files[2], after: files[1])
        order.put(files[0], after: files[2])
        #expect(order.predecessor(of: files[0]) == nil)
        #expect(order.remove(files[1]) == [files[2]])
        #expect(order.predecessor(of: files[2]) == files[0])
    }
}
