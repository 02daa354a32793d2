internal import Store

/// Who makes a request, and what they may do.
struct Identity: Sendable {
    /// How somebody proved who they are.
    enum Proof: Sendable {
        /// A browser's cookie; changes need the session's token too, which other sites do not know.
        case session(hash: [UInt8], csrf: String)
        /// A program's key.
        case key(id: Int64)
    }

    let user: User
    let scope: APIKey.Scope
    let proof: Proof

    /// The filter for what this person may see.
    var visible: EventFilter { self.user.hostGroups.isEmpty ? .everything : .hostGroups(self.user.hostGroups) }

    func sees(groups: [String]) -> Bool {
        self.user.hostGroups.isEmpty || groups.contains { self.user.hostGroups.contains($0) }
    }

    var csrf: String {
        if case .session(_, let csrf) = self.proof { csrf } else { "" }
    }

    var sessionHash: [UInt8]? {
        if case .session(let hash, _) = self.proof { hash } else { nil }
    }
}

extension Role {
    /// The most a person of this role may do.
    var scope: APIKey.Scope { self == .admin ? .admin : .read }
}

/// What a route asks of those who use it.
enum Access: String, Sendable {
    /// Everybody, signed in or not.
    case open
    /// Everybody who is signed in.
    case read
    /// Those who may change what is monitored and how events are handled.
    case write
    /// Those who may change who may do what.
    case admin

    func allows(_ identity: Identity) -> Bool {
        switch self {
        case .open, .read: true
        case .write: identity.scope >= .write
        case .admin: identity.scope >= .admin
        }
    }
}
