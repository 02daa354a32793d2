internal import Operations

/// What a form must carry to be believed: the session's secret, for one action and no other.
///
/// Other sites do not know it. And if a page ever held an element that somebody else has written, a button of theirs in one of our forms
/// could not send that form's token to another action: `formaction` changes where a form goes, and not what its token is for.
struct FormToken: Sendable {
    private let secret: [UInt8]

    /// The tokens of a session.
    init(session secret: String) { self.secret = Array(secret.utf8) }

    /// The token of the form with this action; a query in it does not matter.
    func text(for action: String) -> String {
        let path = action.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        return Secret.base64URL(Secret.authenticate(Array("form ".utf8) + path, key: self.secret))
    }

    /// Whether a text is the token of the form with this action.
    func matches(_ text: String, for action: String) -> Bool {
        Secret.equal(text.utf8, self.text(for: action).utf8)
    }
}
