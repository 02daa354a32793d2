internal import Operations

/// What the OpenAPI document says of a route.
struct Operation: Sendable {
    /// A parameter of the query.
    struct Parameter: Sendable {
        let name: String
        let description: String
        let schema: JSON
        var isRequired = false
        var example: JSON?

        static let query = Parameter(
            name: "q",
            description: "A query such as `severity>=error host:web* since:-2h`; everything when it is left out.",
            schema: ["type": "string", "maxLength": 2000]
        )
        static let cursor = Parameter(
            name: "cursor",
            description: "Where the page before ended: its `next`.",
            schema: ["type": "string", "pattern": "^[A-Za-z0-9_-]{1,2000}$"]
        )

        static func limit(_ standard: Int64) -> Parameter {
            Parameter(
                name: "limit",
                description: "At most so many.",
                schema: ["type": "integer", "minimum": 1, "maximum": 1000, "default": .number(standard)]
            )
        }

        static func choice(_ name: String, _ choices: [String], _ description: String) -> Parameter {
            Parameter(name: name, description: description, schema: ["type": "string", "enum": JSON(choices)])
        }

        /// The same parameter, which must be given, such as this.
        func required(suchAs example: JSON) -> Parameter {
            var parameter = self
            parameter.isRequired = true
            parameter.example = example
            return parameter
        }

        static func text(_ name: String, _ description: String) -> Parameter {
            Parameter(name: name, description: description, schema: ["type": "string", "maxLength": 255])
        }

        static func id(_ name: String, _ description: String) -> Parameter {
            Parameter(name: name, description: description, schema: Schemas.integer(1...Int64.max))
        }
    }

    let id: String
    let summary: String
    var parameters: [Parameter] = []
    /// The schema of the JSON object to send; nil when there is none.
    var body: JSON?
    /// Something to send that is accepted, where the schema does not say all.
    var example: JSON?
    /// The status of success, and the schema of what comes then; nil for nothing.
    var status = 200
    var answer: JSON?
    /// What comes, when it is not JSON.
    var types: [String] = []
}
