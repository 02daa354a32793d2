// Addresses of brokers are part of what this library takes and gives.
@_exported public import BrokerLocation
