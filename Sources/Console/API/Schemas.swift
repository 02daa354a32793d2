internal import Operations

/// The shapes of what the API takes and gives, as JSON Schema.
enum Schemas {
    static func reference(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/\(name)")] }

    /// A page of a list: its elements, and where the next page begins.
    static func page(_ name: String) -> JSON {
        self.object([("items", self.list(self.reference(name))), ("next", self.nullable("string"))])
    }

    static func list(_ element: JSON) -> JSON { ["type": "array", "items": element] }

    static func object(_ members: [(String, JSON)], required: [String]? = nil, isClosed: Bool = false) -> JSON {
        var schema: [JSON.Member] = [
            JSON.Member(name: "type", value: "object"),
            JSON.Member(name: "properties", value: .object(members.map { JSON.Member(name: $0.0, value: $0.1) })),
            JSON.Member(name: "required", value: JSON(required ?? members.map(\.0))),
        ]
        if isClosed { schema.append(JSON.Member(name: "additionalProperties", value: false)) }
        return .object(schema)
    }

    static func nullable(_ type: String) -> JSON { ["type": ["null", .string(type)]] }
    static func choice(_ names: [String]) -> JSON { ["type": "string", "enum": JSON(names)] }
    static func text(_ limit: Int64) -> JSON { ["type": "string", "maxLength": .number(limit)] }
    static func integer(_ range: ClosedRange<Int64>) -> JSON {
        ["type": "integer", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)]
    }

    static let string: JSON = ["type": "string"]
    static let number: JSON = ["type": "integer"]
    static let boolean: JSON = ["type": "boolean"]
    static let time: JSON = ["type": "string", "format": "date-time"]
    static let optionalTime: JSON = ["type": ["null", "string"], "format": "date-time"]

    static let severity = choice(["unknown", "info", "warning", "error", "critical", "emergency"])
    static let status = choice(["ok", "ng", "unknown"])
    static let handlingStatus = choice(["none", "hold", "progress", "done"])
    static let role = choice(["readonly", "admin"])
    static let scope = choice(["read", "write", "admin"])

    static let all: JSON = .object(
        [
            ("Problem", problem), ("Event", event), ("Handling", handling), ("HandlingStep", step), ("Host", host),
            ("HostGroup", hostGroup), ("Trigger", trigger), ("Item", item), ("Sample", sample), ("Server", server),
            ("Arm", arm), ("User", user), ("APIKey", key), ("AuditEntry", audit), ("Overview", overview),
        ].map { JSON.Member(name: $0.0, value: $0.1) }
    )

    private static let problem = object(
        [
            ("type", string), ("title", string), ("status", number), ("detail", string), ("parameter", string),
            ("position", number),
        ],
        required: ["type", "title", "status", "detail"]
    )
    private static let handling = object([("status", handlingStatus), ("assignee", string), ("comments", number)])
    private static let event = object([
        ("id", number), ("server", number), ("time", time), ("eventId", string),
        ("type", choice(["good", "bad", "unknown", "notification"])), ("status", status), ("severity", severity),
        ("hostId", string), ("host", string), ("triggerId", string), ("brief", string), ("extendedInfo", string),
        ("handling", reference("Handling")),
    ])
    private static let step = object([
        ("id", number), ("time", time), ("actor", string), ("status", nullable("string")),
        ("assignee", nullable("string")), ("comment", nullable("string")),
    ])
    private static let host = object([
        ("server", number), ("id", string), ("name", string), ("state", choice(["listed", "adHoc", "removed"])),
        ("groups", list(string)), ("parent", nullable("string")),
    ])
    private static let hostGroup = object([("name", string), ("hosts", number)])
    private static let trigger = object([
        ("server", number), ("id", string), ("status", status), ("severity", severity), ("lastChange", time),
        ("hostId", string), ("host", string), ("brief", string), ("extendedInfo", string), ("own", boolean),
    ])
    private static let item = object([
        ("server", number), ("id", string), ("hostId", string), ("brief", string), ("lastValueTime", time),
        ("lastValue", string), ("groups", list(string)), ("unit", string),
    ])
    private static let sample = object([("time", time), ("value", string)])
    private static let server = object([
        ("id", number), ("nickname", string), ("type", string), ("brokerURL", string), ("queue", string),
        ("queueType", choice(["durable", "quorum", "transient"])), ("armUser", nullable("string")),
        ("tlsCertificateAuthority", nullable("string")),
        ("tlsCertificate", nullable("string")), ("tlsKey", nullable("string")), ("tlsVerify", boolean),
        ("pollingInterval", number), ("retryInterval", number), ("extendedInfo", string),
    ])
    private static let arm = object([
        ("server", number), ("nickname", string),
        ("state", choice(["unknown", "disconnected", "waiting", "established", "silent"])), ("since", optionalTime),
        ("peer", string), ("detail", string), ("exchange", nullable("string")), ("putAside", number),
        ("lastSuccess", optionalTime),
        ("lastFailure", optionalTime), ("successes", number), ("failures", number), ("failureReason", string),
    ])
    private static let user = object([
        ("id", number), ("name", string), ("role", role), ("note", string), ("hostGroups", list(string)),
        ("created", time),
    ])
    private static let key = object([
        ("id", number), ("prefix", string), ("user", string), ("name", string), ("scope", scope), ("created", time),
        ("expires", optionalTime), ("used", optionalTime),
    ])
    private static let audit = object([
        ("id", number), ("time", time), ("actor", string), ("address", string), ("action", string),
        ("subject", string), ("before", string), ("after", string),
    ])
    private static let overview = object([
        ("servers", number), ("serversConnected", number), ("hosts", number), ("triggers", number),
        ("triggersWithProblem", number), ("eventsArrived", nullable("integer")), ("databaseBytes", nullable("integer")),
        ("lastDay", ["type": ["null", "object"], "additionalProperties": ["type": "integer"]]),
    ])

    /// What is sent to add or change a monitoring server.
    static func serverBody(isNew: Bool) -> JSON {
        self.object(
            [
                ("nickname", ["type": "string", "maxLength": 255, "pattern": "\\S"]), ("type", self.text(255)),
                ("brokerURL", ["type": "string", "maxLength": 2048, "pattern": "^amqps?://[^\\s*]+$"]),
                ("queue", ["type": "string", "maxLength": 200, "pattern": "\\S"]),
                ("queueType", self.choice(["durable", "quorum", "transient"])), ("armUser", self.text(255)),
                ("tlsCertificateAuthority", self.text(4096)), ("tlsCertificate", self.text(4096)),
                ("tlsKey", self.text(4096)), ("tlsVerify", self.boolean),
                ("pollingInterval", self.integer(1...31_622_400)), ("retryInterval", self.integer(1...2_678_400)),
                ("extendedInfo", self.text(32_767)),
            ],
            required: isNew ? ["nickname", "brokerURL", "queue"] : [],
            isClosed: true
        )
    }

    static func userBody(isNew: Bool) -> JSON {
        self.object(
            [
                ("name", self.text(64)), ("role", self.role), ("password", self.text(256)), ("note", self.text(255)),
                ("hostGroups", self.list(self.text(255))),
            ],
            required: isNew ? ["name", "password"] : [],
            isClosed: true
        )
    }
}
