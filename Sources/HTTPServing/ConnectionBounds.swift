internal import Daemon
public import HummingbirdCore

/// How many connections a server may have at a time.
public enum ConnectionBounds {
    /// Half of the descriptors that strangers may have, and this many at most.
    ///
    /// Brokers, stores and log files need descriptors, too.
    public static func most(_ limit: Int) -> Int { min(limit, DescriptorLimit.forStrangers / 2) }

    /// Accepts no more connections while some that have been closed are not gone yet.
    ///
    /// ``Serving/Connections`` decide who is closed when there are too many, each in its own time; this bounds what is accepted
    /// meanwhile, and takes descriptors.
    public static func acceptance(most: Int) -> MaximumAvailableConnections {
        MaximumAvailableConnections(most + most / 8 + 1)
    }
}
