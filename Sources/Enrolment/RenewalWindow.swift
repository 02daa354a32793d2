/// When a node may renew its certificate: from half of its life until its end.
///
/// Nodes ask when two thirds have passed; the difference leaves room for clocks that disagree. Earlier requests are refused, so
/// that a certificate in wrong hands cannot fill the authority.
public enum RenewalWindow: Equatable, Sendable {
    /// The window opens in so many seconds.
    case early(Int)
    /// The certificate can be renewed.
    case open
    /// The certificate has ended; the node must enrol again.
    case over

    /// Where a certificate stands; all times in seconds since 1970.
    public init(notBefore: Int, notAfter: Int, now: Int) {
        let opening = notBefore + (notAfter - notBefore) / 2
        if now > notAfter {
            self = .over
        } else if now < opening {
            self = .early(opening - now)
        } else {
            self = .open
        }
    }
}
