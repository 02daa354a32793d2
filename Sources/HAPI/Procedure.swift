/// The procedures of HAPI 2.1.
public enum Procedure: String, CaseIterable, Hashable, Sendable {
    case exchangeProfile
    case getMonitoringServerInfo
    case getLastInfo
    case putItems
    case putHistory
    case putHosts
    case putHostGroups
    case putHostGroupMembership
    case putTriggers
    case putEvents
    case putHostParents
    case putArmInfo
    case fetchItems
    case fetchHistory
    case fetchTriggers
    case fetchEvents
    case updateMonitoringServerInfo

    /// Who calls whom.
    public enum Direction: Hashable, Sendable {
        /// Either side calls the other.
        case both
        /// The arm calls the server.
        case toServer
        /// The server calls the arm.
        case toArm
    }

    /// Reads a method name, including `putHostParent`, the slip of the specification's own example.
    public init?(method: String) {
        if let procedure = Self(rawValue: method) {
            self = procedure
        } else if method == "putHostParent" {
            self = .putHostParents
        } else {
            return nil
        }
    }

    /// Who calls whom.
    public var direction: Direction {
        switch self {
        case .exchangeProfile: .both
        case .fetchItems, .fetchHistory, .fetchTriggers, .fetchEvents, .updateMonitoringServerInfo: .toArm
        default: .toServer
        }
    }

    /// What a server offers, in the order in which the original one lists it.
    public static let offeredByServer: [Self] = Self.allCases.filter { $0.direction != .toArm }
}
