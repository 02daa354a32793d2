/// What a peer can do wrong on a connection.
enum ConnectionTrouble<Failure: Error> {
    /// It is one too many.
    case tooMany
    /// There is no descriptor left for it.
    case noDescriptor
    /// It made room for another, because it had said nothing since it was opened.
    case silent
    /// The TLS handshake failed, for this reason.
    case refused(String)
    /// What it sends is of no use.
    case invalid(Failure)
}
