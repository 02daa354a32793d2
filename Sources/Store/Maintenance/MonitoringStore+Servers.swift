internal import GRDB

extension MonitoringStore {
    /// Registers a monitoring server and returns its id.
    ///
    /// Throws ``StoreError/Code/refused`` when the nickname, or the queue on that broker, is taken.
    /// `audit` is told the id, and says what is recorded with it.
    public func add(
        _ server: MonitoringServer,
        audit: (@Sendable (MonitoringServer.ID) -> AuditRecord)? = nil
    ) async throws -> MonitoringServer.ID {
        try await self.write("add server") { db in
            try Self.checkUnique(server, in: db)
            let columns = server.columns
            let sql = """
                INSERT INTO monitoring_server (\(columns.names.joined(separator: ", ")))
                VALUES (\(columns.names.map { _ in "?" }.joined(separator: ", ")))
                """
            try db.execute(sql: sql, arguments: columns.values)
            let id = db.lastInsertedRowID
            try audit?(id).insert(in: db)
            return id
        }
    }

    /// Changes a registered server; its id says which.
    ///
    /// Throws ``StoreError/Code/notFound``, or ``StoreError/Code/refused`` like ``add(_:)``.
    public func update(_ server: MonitoringServer, audit: AuditRecord? = nil) async throws {
        try await self.write("update server \(server.id)") { db in
            try Self.checkUnique(server, in: db)
            let columns = server.columns
            let assignments = columns.names.map { "\($0) = ?" }.joined(separator: ", ")
            let sql = "UPDATE monitoring_server SET \(assignments) WHERE id = ? AND removed = 0"
            try db.execute(sql: sql, arguments: columns.values + [server.id])
            guard db.changesCount == 1 else { throw Self.noServer(server.id) }
            try audit?.insert(in: db)
        }
    }

    /// The registered servers, in the order of their ids.
    public func servers() async throws -> [MonitoringServer] {
        try await self.read("list servers") { db in
            try Row.fetchAll(db, sql: "SELECT * FROM monitoring_server WHERE removed = 0 ORDER BY id").map(
                MonitoringServer.init(row:)
            )
        }
    }

    /// One registered server; throws ``StoreError/Code/notFound``.
    public func server(_ id: MonitoringServer.ID) async throws -> MonitoringServer {
        try await self.read("read server \(id)") { db in
            let sql = "SELECT * FROM monitoring_server WHERE id = ? AND removed = 0"
            guard let row = try Row.fetchOne(db, sql: sql, arguments: [id]) else { throw Self.noServer(id) }
            return MonitoringServer(row: row)
        }
    }

    /// Rises with each change to the registered servers, by whichever process.
    public func registryRevision() async throws -> Int64 {
        try await self.read("read the registry's revision") { db in
            try Int64.fetchOne(db, sql: "SELECT value FROM counter WHERE name = 'registry'") ?? 0
        }
    }

    /// Takes a server out of the registry at once; its data goes with ``purgeRemovedServers()``.
    public func remove(_ id: MonitoringServer.ID, audit: AuditRecord? = nil) async throws {
        try await self.write("remove server \(id)") { db in
            let sql =
                "UPDATE monitoring_server SET removed = 1, broker_url = '', password = '' WHERE id = ? AND removed = 0"
            try db.execute(sql: sql, arguments: [id])
            guard db.changesCount == 1 else { throw Self.noServer(id) }
            try audit?.insert(in: db)
        }
    }

    private static func noServer(_ id: MonitoringServer.ID) -> StoreError {
        StoreError(
            .notFound,
            stage: "find server",
            reason: "there is no server \(id); see `hatohol-server server list`"
        )
    }

    private static func checkUnique(_ server: MonitoringServer, in db: Database) throws {
        let name = "SELECT id FROM monitoring_server WHERE nickname = ? AND removed = 0 AND id <> ?"
        if let other = try Int64.fetchOne(db, sql: name, arguments: [server.nickname, server.id]) {
            throw StoreError(
                .refused,
                stage: "register server",
                reason: "the nickname \(server.nickname) belongs to server \(other); choose another"
            )
        }
        let queue = "SELECT id FROM monitoring_server WHERE broker_url = ? AND queue = ? AND removed = 0 AND id <> ?"
        let arguments: StatementArguments = [server.broker.url.revealed, server.broker.queue, server.id]
        if let other = try Int64.fetchOne(db, sql: queue, arguments: arguments) {
            throw StoreError(
                .refused,
                stage: "register server",
                reason:
                    "the queue \(server.broker.queue) on this broker belongs to server \(other); two would steal each other's messages"
            )
        }
    }
}

extension MonitoringServer {
    fileprivate var columns: (names: [String], values: StatementArguments) {
        (
            [
                "nickname", "type", "broker_url", "queue", "queue_type", "arm_user", "tls_ca", "tls_certificate",
                "tls_key",
                "tls_verify",
                "url", "user_name", "password", "polling_interval", "retry_interval", "extended_info",
            ],
            [
                self.nickname, self.type, self.broker.url.revealed, self.broker.queue, self.broker.queueType,
                self.broker.armUser,
                self.broker.certificateAuthority, self.broker.certificate, self.broker.key, self.broker.verifiesPeer,
                self.settings.url, self.settings.userName, self.settings.password, self.settings.pollingInterval,
                self.settings.retryInterval, self.settings.extendedInfo,
            ]
        )
    }

    fileprivate init(row: Row) {
        self.init(
            id: row["id"],
            nickname: row["nickname"],
            type: row["type"],
            broker: Broker(
                url: BrokerURL(row["broker_url"]),
                queue: row["queue"],
                certificateAuthority: row["tls_ca"],
                certificate: row["tls_certificate"],
                key: row["tls_key"],
                verifiesPeer: row["tls_verify"],
                queueType: row["queue_type"],
                armUser: row["arm_user"]
            ),
            settings: ArmSettings(
                url: row["url"],
                userName: row["user_name"],
                password: row["password"],
                pollingInterval: row["polling_interval"],
                retryInterval: row["retry_interval"],
                extendedInfo: row["extended_info"]
            )
        )
    }
}
