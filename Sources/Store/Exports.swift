// A monitoring server has the URL of its broker.
@_exported public import BrokerLocation
