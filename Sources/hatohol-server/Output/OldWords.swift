internal import Operations

/// The names that the first version gave to members of `--json`, still written beside those of the REST API, so that scripts go on.
///
/// Each stands before the name of today.
enum OldWords {
    static let event: KeyValuePairs = ["hostName": "host"]
    static let host: KeyValuePairs = ["hostId": "id", "hostName": "name", "parentHostId": "parent"]
    static let trigger: KeyValuePairs = ["triggerId": "id", "lastChangeTime": "lastChange", "hostName": "host"]
    static let item: KeyValuePairs = ["itemId": "id", "itemGroupName": "groups"]
    static let server: KeyValuePairs = [
        "brokerUrl": "brokerURL", "tlsCa": "tlsCertificateAuthority", "tlsCert": "tlsCertificate",
    ]
    static let arm: KeyValuePairs = [
        "link": "state", "arm": "peer", "lastSuccessTime": "lastSuccess", "lastFailureTime": "lastFailure",
        "numSuccess": "successes", "numFailure": "failures",
    ]
}

extension JSON {
    /// This object with more members.
    func adding(_ members: KeyValuePairs<String, JSON>) -> JSON {
        guard case .object(let own) = self else { return self }
        return .object(own + members.map { Member(name: $0.key, value: $0.value) })
    }

    /// This object with members once more, under the names they had before.
    func keeping(_ names: KeyValuePairs<String, String>) -> JSON {
        guard case .object(let own) = self else { return self }
        return .object(own + names.compactMap { old, new in self[new].map { Member(name: old, value: $0) } })
    }
}
