internal import GRDB

extension Schema {
    /// Adds what the console keeps: people, their sessions and keys, what they did, and how events are handled.
    static func registerConsole(_ migrator: inout DatabaseMigrator) {
        migrator.registerMigration("5 console") { db in
            try db.execute(sql: Self.accounts)
            try db.execute(sql: Self.handling)
        }
        migrator.registerMigration("6 severe events") { try $0.execute(sql: Self.severe) }
        migrator.registerMigration("7 places of events") { try $0.execute(sql: Self.places) }
        migrator.registerMigration("8 counters with their events") { try $0.execute(sql: Self.counters) }
    }

    /// Finds the few severe events among many others without reading those; the others cost nothing here.
    private static let severe = "CREATE INDEX event_severe ON event (time) WHERE severity >= 3"

    /// Finds the events of one severity, or of one place, in the order of time.
    ///
    /// A place is a server, a host of it and the name an event gave that, 0 where there is none. Places are written behind ingest, together with
    /// the tally and up to the same event, sorted, because entries that come in the order of arrival cost several times as much.
    private static let places = """
        DROP INDEX event_severe;
        CREATE INDEX event_severity ON event (severity, time) WHERE severity >= 2;

        CREATE TABLE event_place (
            id INTEGER PRIMARY KEY, server INTEGER NOT NULL, host INTEGER NOT NULL, host_name INTEGER NOT NULL,
            UNIQUE (server, host, host_name)
        ) STRICT;

        CREATE TABLE event_at_place (
            place INTEGER NOT NULL, time INTEGER NOT NULL, event INTEGER NOT NULL,
            PRIMARY KEY (place, time, event)
        ) STRICT, WITHOUT ROWID;

        DELETE FROM event_tally;
        UPDATE counter SET value = 0 WHERE name = 'tally';
        """

    /// Counters are kept in the transaction that stores or deletes an event; only places are noted behind that from here on.
    private static let counters = """
        INSERT INTO event_tally (bucket, server, severity, count)
        SELECT time / 600000000000, server, severity, count(*) FROM event
        WHERE id > (SELECT value FROM counter WHERE name = 'tally') GROUP BY 1, 2, 3
        ON CONFLICT DO UPDATE SET count = count + excluded.count;
        UPDATE counter SET name = 'place' WHERE name = 'tally';
        """

    /// Secrets are kept as hashes only: whoever reads the database cannot sign in with what is there.
    private static let accounts = """
        CREATE TABLE user (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE COLLATE NOCASE,
            role INTEGER NOT NULL,
            password TEXT NOT NULL,
            note TEXT NOT NULL,
            language TEXT NOT NULL,
            theme TEXT NOT NULL,
            created INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE user_host_group (
            user INTEGER NOT NULL REFERENCES user ON DELETE CASCADE, name TEXT NOT NULL,
            PRIMARY KEY (user, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE session (
            hash BLOB PRIMARY KEY NOT NULL,
            user INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
            csrf TEXT NOT NULL,
            created INTEGER NOT NULL,
            used INTEGER NOT NULL,
            address TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX session_user ON session (user);

        CREATE TABLE sign_in_link (
            hash BLOB PRIMARY KEY NOT NULL,
            user INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
            expires INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE api_key (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            hash BLOB NOT NULL UNIQUE,
            prefix TEXT NOT NULL,
            user INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
            name TEXT NOT NULL,
            scope INTEGER NOT NULL,
            created INTEGER NOT NULL,
            expires INTEGER,
            used INTEGER
        ) STRICT;

        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            time INTEGER NOT NULL,
            actor TEXT NOT NULL,
            address TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            before TEXT NOT NULL,
            after TEXT NOT NULL
        ) STRICT;
        """

    /// Only events that somebody handled have a row; the tally counts events by ten minutes, and knows up to which arrival.
    private static let handling = """
        CREATE TABLE handling (
            event INTEGER PRIMARY KEY,
            status INTEGER NOT NULL,
            assignee TEXT NOT NULL,
            comments INTEGER NOT NULL,
            changed INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX handling_status ON handling (status);

        CREATE TABLE handling_step (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            event INTEGER NOT NULL,
            time INTEGER NOT NULL,
            actor TEXT NOT NULL,
            status INTEGER,
            assignee TEXT,
            comment TEXT
        ) STRICT;
        CREATE INDEX handling_step_event ON handling_step (event, id);

        CREATE TABLE event_tally (
            bucket INTEGER NOT NULL, server INTEGER NOT NULL, severity INTEGER NOT NULL, count INTEGER NOT NULL,
            PRIMARY KEY (bucket, server, severity)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO counter VALUES ('tally', 0);
        """
}

extension MonitoringStore {
    /// Writes to the console's own tables, of which ingest remembers nothing.
    func change<T: Sendable>(_ stage: String, _ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        do {
            let result = try await self.database.write(body)
            self.feed.wake()
            return result
        } catch {
            throw StoreError(error, stage: stage)
        }
    }
}
