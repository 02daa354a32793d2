import Testing

/// Histories that went wrong once, as they were shrunk; each with the assumption that did not hold.
@Suite("Known histories")
struct KnownHistoriesTests {
    @Test(
        "every line comes once",
        arguments: [
            // A short file between two rotations is no copy because it begins with the same header.
            """
            tail logs/app.log
            header logs/app.log 3x20
            start beginning
            settle
            rename logs/app.log logs/app.log.1
            header logs/app.log 1x20
            rename logs/app.log.1 logs/app.log.2
            rename logs/app.log logs/app.log.1
            """,
            // Nor is its archive, when nobody saw the file before it was compressed.
            """
            tail logs/app.log*
            header logs/app.log 40x60
            start beginning
            settle
            append logs/app.log 300x60
            settle
            rename logs/app.log logs/app.log.1
            gzip logs/app.log.1 logs/app.log.1.gz
            delete logs/app.log.1
            settle
            header logs/app.log 40x60
            append logs/app.log 10x60
            rename logs/app.log.1.gz logs/app.log.2.gz
            rename logs/app.log logs/app.log.1
            gzip logs/app.log.1 logs/app.log.1.gz
            delete logs/app.log.1
            """,
            // Two files that are followed for their own sake are two, also when both hold what was read of a lost one.
            """
            tail logs/*.log
            append logs/app-20261101.log 7x73
            start beginning
            append logs/app-20261101.log 1x20
            settle
            kill
            copy logs/app-20261101.log logs/.temporary
            rename logs/.temporary logs/app-20261101.log
            append logs/app-20261101.log 1x20
            twin logs/app-20261101.log logs/app-20261102.log
            """,
            // Of two equal archives one has the rest, and the other one nothing more.
            """
            tail logs/*
            append logs/app.log 25x64
            start beginning
            settle
            append logs/app.log 1x20
            stop
            copy logs/app.log logs/app.log.1
            gzip logs/app.log.1 logs/app.log.1.gz
            delete logs/app.log.1
            copy logs/app.log logs/app.log.1
            delete logs/app.log
            rename logs/app.log.1.gz logs/app.log.2.gz
            gzip logs/app.log.1 logs/app.log.1.gz
            delete logs/app.log.1
            """,
            // The same when the follower is killed before it has read the rest.
            """
            tail logs/app*
            start beginning
            append logs/app.log 26x128
            settle
            kill
            copy logs/app.log logs/app.log.1
            gzip logs/app.log.1 logs/app.log.1.gz
            delete logs/app.log.1
            start beginning
            rename logs/app.log.1.gz logs/app.log.2.gz
            copy logs/app.log logs/app.log.1
            gzip logs/app.log.1 logs/app.log.1.gz
            delete logs/app.log.1
            delete logs/app.log
            glance
            append logs/app.log 1x20
            kill
            """,
            // An archive may have more than a copy that was made before it.
            """
            tail logs/app.log
            append logs/app.log 1x20
            start beginning
            settle
            kill
            append logs/app.log 1x20
            copy logs/app.log logs/app.log.backup
            hold logs/app.log
            rename logs/app.log logs/app.log.old
            write 1x20
            gzip logs/app.log.old logs/app.log.old.gz
            delete logs/app.log.old
            """,
            // A copy and its own archive have the same rest.
            """
            tail logs/app.log*
            start beginning
            append logs/app.log 13x128
            settle
            append logs/app.log 1x20
            copy logs/app.log logs/app.log-20261102
            truncate logs/app.log
            gzip logs/app.log-20261102 logs/app.log-20261102.gz
            """,
            // A file that was overwritten may have had its rest in an archive of another one: nobody can tell, so that may come twice.
            """
            tail logs/app.log*
            start beginning
            append logs/app.log 26x128
            copy logs/app.log logs/app.log.backup
            append logs/app.log 1x20
            settle
            rename logs/app.log logs/app-20261105.log
            append logs/app.log 1x20
            gzip logs/app-20261105.log logs/app-20261105.log.gz
            delete logs/app-20261105.log
            settle
            copy logs/app.log logs/app.log.backup
            """,
            // A copy that was compared before anything was read is no copy of what was written over that.
            """
            tail logs/app.log*
            start beginning
            append logs/app.log 1x20
            look
            copy logs/app.log logs/app.log.1
            look
            truncate logs/app.log
            append logs/app.log 1x1023
            read 1 26
            truncate logs/app.log
            """,
        ]
    )
    func known(script: String) async throws {
        let verdict = try await SimulatedDriver().run(try History(script))
        #expect(verdict.isEmpty, "\(verdict)")
    }
}
