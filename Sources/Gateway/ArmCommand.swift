internal import HAPI
internal import JSONRPC
public import Store

/// Something a command asks an arm for, by way of the store and the running server.
public enum ArmCommand: Sendable, Equatable {
    /// The items of these hosts, or of all.
    case fetchItems(hosts: [String]?)
    /// The triggers of these hosts, or of all.
    case fetchTriggers(hosts: [String]?)
    /// The past of one item, both ends included.
    case fetchHistory(host: String, item: String, from: Timestamp, to: Timestamp)
    /// Events newer, or older, than a position of the arm's; at most 1000.
    case fetchEvents(lastInfo: String, count: Int, newer: Bool)

    /// The name under which it is handed over: that of the procedure.
    public var name: String { self.kind.procedure.rawValue }

    /// The arguments in JSON: the procedure's params, with an empty fetchId.
    public var arguments: String {
        let params: [UInt8] =
            switch self.kind {
            case .items(let hosts): FetchItems(hostIds: hosts, fetchId: "").encoded()
            case .triggers(let hosts): FetchTriggers(hostIds: hosts, fetchId: "").encoded()
            case .history(let host, let item, let from, let to):
                FetchHistory(hostId: host, itemId: item, beginTime: from, endTime: to, fetchId: "").encoded()
            case .events(let lastInfo, let count, let direction):
                FetchEvents(lastInfo: lastInfo, count: count, direction: direction, fetchId: "").encoded()
            }
        return String(decoding: params, as: UTF8.self)
    }

    private var kind: FetchRequest.Kind {
        switch self {
        case .fetchItems(let hosts): .items(hosts: hosts)
        case .fetchTriggers(let hosts): .triggers(hosts: hosts)
        case .fetchHistory(let host, let item, let from, let to):
            .history(host: host, item: item, from: TimeStamp(from), to: TimeStamp(to))
        case .fetchEvents(let lastInfo, let count, let newer):
            .events(lastInfo: lastInfo, count: count, direction: newer ? .ascending : .descending)
        }
    }
}

extension FetchRequest.Kind {
    /// Reads what ``ArmCommand`` has written; nil for anything else.
    init?(_ command: Command) {
        let params = JSONValue(Array(command.arguments.utf8))
        do throws(InvalidParams) {
            switch Procedure(rawValue: command.name) {
            case .fetchItems: self = .items(hosts: try FetchItems(params).hostIds)
            case .fetchTriggers: self = .triggers(hosts: try FetchTriggers(params).hostIds)
            case .fetchHistory:
                let fetch = try FetchHistory(params)
                self = .history(host: fetch.hostId, item: fetch.itemId, from: fetch.beginTime, to: fetch.endTime)
            case .fetchEvents:
                let fetch = try FetchEvents(params)
                self = .events(lastInfo: fetch.lastInfo, count: fetch.count, direction: fetch.direction)
            default: return nil
            }
        } catch {
            return nil
        }
    }
}
