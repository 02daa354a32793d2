internal import Dispatch
internal import GRDB
public import Logging
internal import Synchronization

extension Spool {
    /// How much of the newest batches stays in memory at most: somewhat more than is sent before answers are awaited.
    private static let cacheLimit: Int64 = 4 << 20

    /// Opens the spool in a directory, or makes the directory (0700) and a new spool.
    ///
    /// The whole file is checked first. A damaged one is renamed, what can be read of it goes into a new one, and
    /// ``status`` and the log say so; it never stops the program.
    /// - Parameters:
    ///   - directory: The state directory; one process at a time may use it.
    ///   - limit: Bytes of batches after which appending waits, for example `1 << 30`.
    ///   - logger: Told of every change of state, once.
    /// - Returns: The open spool.
    /// - Throws: `SpoolError.Code.inUse` with the other process's id, `.unwritable` for a disk that takes nothing now,
    ///   `.busy` while another program has the file open, `.cannotOpen`, `.newerFormat`.
    public static func open(directory: String, limit: Int64, logger: Logger) async throws(SpoolError) -> Spool {
        let opening = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: Self.openNow(directory: directory, limit: limit, logger: logger))
            }
        }
        return try opening.get()
    }

    /// Makes a spool in memory, with the same behaviour and without durability.
    public static func inMemory(limit: Int64, logger: Logger) throws(SpoolError) -> Spool {
        do {
            let database = try SpoolDatabase(path: nil)
            return Self.make(database, try database.contents(), file: nil, limit: limit, logger: logger)
        } catch {
            throw SpoolError(.cannotOpen, stage: "make a spool in memory", reason: "\(error)")
        }
    }

    /// Blocks for as long as the check of the file takes: about a second for each gigabyte.
    private static func openNow(directory: String, limit: Int64, logger: Logger) -> Result<Spool, SpoolError> {
        do {
            let file = try SpoolFile(directory: directory)
            let (database, contents, damage) = try file.open(logger: logger)
            let spool = Self.make(database, contents, file: file, limit: limit, logger: logger)
            spool.shared.withLock { $0.state.damage = damage }
            return .success(spool)
        } catch let error as SpoolError {
            return .failure(error)
        } catch {
            let reason = (error as? DatabaseError)?.message ?? "\(error)"
            if SpoolFile.isBusy(error) {
                let holder = "another program has spool.sqlite open, such as one that makes backups: \(reason)"
                return .failure(SpoolError(.busy, stage: "open the spool in \(directory)", reason: holder))
            }
            let code = SpoolFile.isUnwritable(error) ? SpoolError.Code.unwritable : .cannotOpen
            return .failure(SpoolError(code, stage: "open the spool in \(directory)", reason: reason))
        }
    }

    private static func make(
        _ database: SpoolDatabase,
        _ contents: SpoolContents,
        file: SpoolFile?,
        limit: Int64,
        logger: Logger
    ) -> Spool {
        let state = SpoolState(contents: contents, limit: limit, cacheLimit: Self.cacheLimit)
        return Spool(logger: logger, file: file, shared: Shared(state: state, database: database))
    }
}
