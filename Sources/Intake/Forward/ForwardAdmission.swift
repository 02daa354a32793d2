internal import Synchronization

/// Whom Forward sources admit, replaceable while connections come.
public final class ForwardAdmission: Sendable {
    private let current: Mutex<ForwardSecurity>

    /// Starts with these rules.
    public init(_ security: ForwardSecurity) {
        self.current = Mutex(security)
    }

    /// Uses other rules for connections that come from now on.
    public func replace(by security: ForwardSecurity) {
        self.current.withLock { $0 = security }
    }

    /// The rules for a connection that comes now.
    var security: ForwardSecurity { self.current.withLock { $0 } }
}
