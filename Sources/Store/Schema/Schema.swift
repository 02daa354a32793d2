internal import GRDB

/// The tables, as a sequence of migrations: a released one is never edited, only followed by another.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 servers") { try $0.execute(sql: Self.servers) }
        migrator.registerMigration("2 events") { try $0.execute(sql: Self.events) }
        migrator.registerMigration("3 inventory") { try $0.execute(sql: Self.inventory) }
        migrator.registerMigration("4 arms") { try $0.execute(sql: Self.arms) }
        Self.registerConsole(&migrator)
        migrator.registerMigration("9 arrivals") { try $0.execute(sql: Self.arrivals) }
        migrator.registerMigration("10 senders") { try $0.execute(sql: Self.senders) }
        return migrator
    }

    /// Registered servers, whose ids are never used again (AUTOINCREMENT): nobody inherits what a removed one left behind.
    ///
    /// A removed server stays, marked, until its data is gone. The triggers count each change, so that a running process sees
    /// that something changed by reading one number.
    private static let servers = """
        CREATE TABLE counter (name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        INSERT INTO counter VALUES ('registry', 0), ('event', 0);

        CREATE TABLE monitoring_server (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            nickname TEXT NOT NULL,
            type TEXT NOT NULL,
            broker_url TEXT NOT NULL,
            queue TEXT NOT NULL,
            queue_type TEXT NOT NULL,
            tls_ca TEXT,
            tls_certificate TEXT,
            tls_key TEXT,
            tls_verify INTEGER NOT NULL,
            url TEXT NOT NULL,
            user_name TEXT NOT NULL,
            password TEXT NOT NULL,
            polling_interval INTEGER NOT NULL,
            retry_interval INTEGER NOT NULL,
            extended_info TEXT NOT NULL,
            removed INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE UNIQUE INDEX monitoring_server_nickname ON monitoring_server (nickname) WHERE removed = 0;
        CREATE UNIQUE INDEX monitoring_server_queue ON monitoring_server (broker_url, queue) WHERE removed = 0;
        CREATE TRIGGER monitoring_server_added AFTER INSERT ON monitoring_server
            BEGIN UPDATE counter SET value = value + 1 WHERE name = 'registry'; END;
        CREATE TRIGGER monitoring_server_changed AFTER UPDATE ON monitoring_server
            BEGIN UPDATE counter SET value = value + 1 WHERE name = 'registry'; END;
        """

    /// Events, in the order of arrival; made for appending.
    ///
    /// Ids such as `<prefix>-<digits>` are kept as a series and a number, and which numbers are stored is known from spans
    /// of consecutive ones: a thousand events in a row cost one small update instead of a thousand index entries. Any other
    /// id has its row in `event_name`. Host names and trigger ids are kept once, in `name`.
    private static let events = """
        CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

        CREATE TABLE host (
            id INTEGER PRIMARY KEY,
            server INTEGER NOT NULL,
            key TEXT NOT NULL,
            name TEXT NOT NULL,
            state INTEGER NOT NULL,
            UNIQUE (server, key)
        ) STRICT;

        CREATE TABLE event_series (
            id INTEGER PRIMARY KEY,
            server INTEGER NOT NULL,
            prefix TEXT NOT NULL,
            width INTEGER NOT NULL,
            UNIQUE (server, prefix, width)
        ) STRICT;

        CREATE TABLE event_span (
            series INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            PRIMARY KEY (series, first)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE event (
            id INTEGER PRIMARY KEY,
            server INTEGER NOT NULL,
            time INTEGER NOT NULL,
            series INTEGER,
            number INTEGER,
            name TEXT,
            type INTEGER NOT NULL,
            status INTEGER NOT NULL,
            severity INTEGER NOT NULL,
            host INTEGER,
            host_name INTEGER,
            trigger_name INTEGER,
            brief TEXT NOT NULL,
            extended_info TEXT
        ) STRICT;
        CREATE INDEX event_time ON event (time);

        CREATE TABLE event_name (
            server INTEGER NOT NULL,
            name TEXT NOT NULL,
            event INTEGER NOT NULL,
            PRIMARY KEY (server, name)
        ) STRICT, WITHOUT ROWID;
        """

    /// Begins the table of ``ArrivalLog``; one row, so that it takes no longer when there are a hundred million events.
    private static let arrivals = """
        CREATE TABLE arrival (first INTEGER PRIMARY KEY, time INTEGER NOT NULL) STRICT;
        INSERT INTO arrival
            SELECT value + 1, CAST(strftime('%s', 'now') AS INTEGER) * 1000000000 FROM counter WHERE name = 'event' AND value > 0;
        """

    /// Who may speak for an arm, and by which way it is reached; nobody is asked of those that are there.
    private static let senders = """
        ALTER TABLE monitoring_server ADD COLUMN arm_user TEXT;
        ALTER TABLE arm_link ADD COLUMN exchange TEXT;
        """

    private static let inventory = """
        CREATE TABLE host_group (
            server INTEGER NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL,
            PRIMARY KEY (server, key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE host_membership (
            server INTEGER NOT NULL, host TEXT NOT NULL, host_group TEXT NOT NULL,
            PRIMARY KEY (server, host, host_group)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE host_parent (
            server INTEGER NOT NULL, child TEXT NOT NULL, parent TEXT NOT NULL,
            PRIMARY KEY (server, child)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE watch (
            server INTEGER NOT NULL,
            key TEXT NOT NULL,
            own INTEGER NOT NULL,
            status INTEGER NOT NULL,
            severity INTEGER NOT NULL,
            last_change INTEGER NOT NULL,
            host TEXT NOT NULL,
            host_name TEXT NOT NULL,
            brief TEXT NOT NULL,
            extended_info TEXT NOT NULL,
            PRIMARY KEY (server, key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE item (
            server INTEGER NOT NULL,
            key TEXT NOT NULL,
            host TEXT NOT NULL,
            brief TEXT NOT NULL,
            last_value_time INTEGER NOT NULL,
            last_value TEXT NOT NULL,
            unit TEXT NOT NULL,
            PRIMARY KEY (server, key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE item_group (
            server INTEGER NOT NULL, item TEXT NOT NULL, name TEXT NOT NULL,
            PRIMARY KEY (server, item, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE sample (
            server INTEGER NOT NULL, item TEXT NOT NULL, time INTEGER NOT NULL, value TEXT NOT NULL,
            PRIMARY KEY (server, item, time)
        ) STRICT, WITHOUT ROWID;
        """

    private static let arms = """
        CREATE TABLE last_info (
            server INTEGER NOT NULL, element INTEGER NOT NULL, value TEXT NOT NULL,
            PRIMARY KEY (server, element)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE arm_report (
            server INTEGER PRIMARY KEY,
            status INTEGER NOT NULL,
            failure_reason TEXT NOT NULL,
            last_success INTEGER,
            last_failure INTEGER,
            successes INTEGER NOT NULL,
            failures INTEGER NOT NULL,
            received INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE arm_link (
            server INTEGER PRIMARY KEY,
            state INTEGER NOT NULL,
            since INTEGER NOT NULL,
            peer TEXT NOT NULL,
            procedures TEXT NOT NULL,
            detail TEXT NOT NULL
        ) STRICT;

        CREATE TABLE put_aside (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            server INTEGER NOT NULL,
            received INTEGER NOT NULL,
            reason TEXT NOT NULL,
            body BLOB NOT NULL,
            size INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX put_aside_server ON put_aside (server, id);

        CREATE TABLE command (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            server INTEGER NOT NULL,
            name TEXT NOT NULL,
            arguments TEXT NOT NULL,
            deadline INTEGER NOT NULL,
            answer TEXT,
            succeeded INTEGER
        ) STRICT;
        """
}
