internal import Store

extension Call {
    /// What has become of the session or key of a request that takes long.
    enum Standing {
        /// It counts, for the same as at the beginning.
        case unchanged
        /// It counts, but its owner may see or do something else by now.
        case changed
        /// It was ended or removed, or has expired.
        case ended
    }

    /// Whether what was checked before the request began still holds.
    func standing() async throws -> Standing {
        guard let identity = self.identity, let holder = try await self.site.holder(of: identity.proof, now: .now)
        else { return .ended }
        let (then, now) = (identity.user, holder.user)
        return then.hostGroups == now.hostGroups && then.role == now.role ? .unchanged : .changed
    }
}
