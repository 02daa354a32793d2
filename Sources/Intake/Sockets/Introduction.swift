/// What a peer has to do so that its connection is kept, whoever else comes.
enum Introduction {
    /// Say something.
    case firstByte
    /// Sign in; then the server says by a ``SignInVerdict`` to the connection's handlers whether it has.
    case signIn
}

/// Tells a connection's handlers that its peer has tried to sign in.
enum SignInVerdict: Sendable {
    /// It may send.
    case accepted
    /// It may not, and waits for the answer; the time until then is ours.
    case refused
}
