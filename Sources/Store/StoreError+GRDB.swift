internal import GRDB

extension StoreError {
    /// Says in our words what SQLite says, without statement arguments, which may hold data.
    init(_ error: any Error, stage: String) {
        if let known = error as? StoreError {
            self = known
        } else if let error = error as? DatabaseError {
            let text = error.message ?? "\(error.extendedResultCode)"
            self.init(
                .unavailable,
                stage: stage,
                reason: Self.advice(error.resultCode).map { "\(text); \($0)" } ?? text
            )
        } else {
            self.init(.unavailable, stage: stage, reason: "\(error)")
        }
    }

    private static func advice(_ code: ResultCode) -> String? {
        switch code {
        case .SQLITE_FULL: "free space on the disk of the data directory"
        case .SQLITE_BUSY, .SQLITE_LOCKED: "another process keeps the database locked"
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY: "check owner and permissions of the data directory"
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: "run `hatohol-server db check` and restore a backup"
        default: nil
        }
    }
}
