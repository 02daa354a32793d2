internal import NIOCore

/// Whether a connection goes on after a piece of work.
enum ConnectionOutcome {
    case goOn
    case close
}

extension NIOAsyncChannel {
    /// Works on each inbound value until the peer or we end the connection.
    ///
    /// A connection that breaks is no failure: everybody's network does that. What the work throws is passed on.
    ///
    /// - Parameters:
    ///   - first: Is written before anything is read.
    ///   - work: Gets a value and a function that writes an answer; a write to a broken connection is lost.
    /// - Throws: What the work throws.
    func deliver(
        first: Outbound? = nil,
        _ work: (Inbound, _ write: (Outbound) async -> Void) async throws -> ConnectionOutcome
    ) async throws {
        var failure: (any Error)?
        do {
            try await self.executeThenClose { inbound, outbound in
                if let first { try await outbound.write(first) }
                for try await value in inbound {
                    do {
                        guard case .goOn = try await work(value, { try? await outbound.write($0) }) else { return }
                    } catch {
                        failure = error
                        return
                    }
                }
            }
        } catch {
            // The connection is over, which is all that there is to know.
        }
        if let failure { throw failure }
    }
}
