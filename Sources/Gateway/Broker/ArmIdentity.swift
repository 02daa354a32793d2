internal import Store

/// Who speaks for an arm: the broker's users whose messages in its queue count as its own.
///
/// The default exchange lets everybody who may publish at all write to every queue. So a message counts by the user that it
/// carries, which the broker has verified, and not by the queue that it lies in.
struct ArmIdentity: Hashable, Sendable {
    /// The user registered for the arm; `nil` if none is demanded, as original arms do not say who they are.
    let armUser: String?
    /// The user we sign in with.
    ///
    /// Whoever has its password may do everything that we may, and small sites have one user for all.
    let ownUser: String?

    /// Why a message is somebody else's; `nil` if it is the arm's.
    func doubt(aboutMessageOf user: String?) -> String? {
        guard let armUser = self.armUser, user != armUser, user == nil || user != self.ownUser else { return nil }
        let known = "the broker's user \(armUser), which is registered for this arm (--arm-user)"
        guard let user else {
            return "a message does not say who sent it, and may not be from \(known); original arms need --arm-user ''"
        }
        return "a message is from the broker's user \(user), not from \(known)"
    }
}
