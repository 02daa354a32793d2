internal import HTTPTypes
internal import Operations

/// The OpenAPI 3.1 document, made of the routes themselves.
enum OpenAPI {
    static func document(_ routes: [Routes.Route], version: String) -> JSON {
        var paths: [JSON.Member] = []
        for (path, list) in Dictionary(grouping: routes.filter { $0.operation != nil }, by: \.path).sorted(by: {
            $0.key < $1.key
        }) {
            var members = list.compactMap { route in
                route.operation.map {
                    JSON.Member(name: route.method.rawValue.lowercased(), value: self.operation($0, route))
                }
            }
            let names = path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
                String($0.dropFirst().dropLast())
            }
            if !names.isEmpty {
                members.append(JSON.Member(name: "parameters", value: .array(names.map(self.pathParameter))))
            }
            paths.append(JSON.Member(name: path, value: .object(members)))
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Hatohol", "version": .string(version),
                "description": "Events of monitored nodes, and what is known about the nodes.",
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": "/"]],
            "security": [["bearer": []], ["key": []], ["session": []]],
            "paths": .object(paths),
            "components": [
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer"],
                    "key": ["type": "apiKey", "in": "header", "name": "X-API-Key"],
                    "session": ["type": "apiKey", "in": "cookie", "name": .string(Site.cookie)],
                ],
                "schemas": Schemas.all,
            ],
        ]
    }

    private static func operation(_ operation: Operation, _ route: Routes.Route) -> JSON {
        var members: [JSON.Member] = [
            JSON.Member(name: "operationId", value: .string(operation.id)),
            JSON.Member(name: "summary", value: .string(operation.summary)),
            JSON.Member(name: "description", value: .string("Access: \(route.access.rawValue).")),
        ]
        if route.access == .open { members.append(JSON.Member(name: "security", value: [])) }
        if !operation.parameters.isEmpty {
            let list = operation.parameters.map { parameter -> JSON in
                let members: [JSON.Member] = [
                    .init(name: "name", value: .string(parameter.name)), .init(name: "in", value: "query"),
                    .init(name: "description", value: .string(parameter.description)),
                    .init(name: "required", value: .bool(parameter.isRequired)),
                    .init(name: "schema", value: parameter.schema),
                ]
                return .object(members + self.example(parameter.example))
            }
            members.append(JSON.Member(name: "parameters", value: .array(list)))
        }
        if let body = operation.body {
            let content = JSON.object([.init(name: "schema", value: body)] + self.example(operation.example))
            let value: JSON = ["required": true, "content": ["application/json": content]]
            members.append(JSON.Member(name: "requestBody", value: value))
        }
        members.append(JSON.Member(name: "responses", value: self.responses(operation)))
        return .object(members)
    }

    private static func example(_ value: JSON?) -> [JSON.Member] {
        value.map { [JSON.Member(name: "example", value: $0)] } ?? []
    }

    private static func responses(_ operation: Operation) -> JSON {
        var success: [JSON.Member] = [JSON.Member(name: "description", value: "Done.")]
        if let answer = operation.answer {
            success.append(JSON.Member(name: "content", value: ["application/json": ["schema": answer]]))
        } else if !operation.types.isEmpty {
            let types = operation.types.map { JSON.Member(name: $0, value: ["schema": ["type": "string"]]) }
            success.append(JSON.Member(name: "content", value: .object(types)))
        }
        let problem: JSON = [
            "description": "What went wrong.",
            "content": ["application/problem+json": ["schema": Schemas.reference("Problem")]],
        ]
        return .object([
            JSON.Member(name: String(operation.status), value: .object(success)),
            JSON.Member(name: "4XX", value: problem),
            JSON.Member(name: "5XX", value: problem),
        ])
    }

    private static func pathParameter(_ name: String) -> JSON {
        [
            "name": .string(name), "in": "path", "required": true,
            "schema": Schemas.integer(1...Int64.max),
        ]
    }
}
