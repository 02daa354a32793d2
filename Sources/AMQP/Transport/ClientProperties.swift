internal import CRabbitMQ

/// What we tell a broker about ourselves while signing in.
enum ClientProperties {
    /// Lends the table, valid only inside `body`.
    ///
    /// Without `consumer_cancel_notify` a consumer whose queue is deleted simply goes silent, and without
    /// `connection.blocked` a broker under pressure does.
    static func with<Failure: Error>(
        clientName: String,
        _ body: (amqp_table_t) throws(Failure) -> Void
    ) throws(Failure) {
        var capabilities = [
            "authentication_failure_close", "basic.nack", "connection.blocked", "consumer_cancel_notify",
            "publisher_confirms",
        ].map { amqp_table_entry_t(key: amqp_bytes_t($0 as StaticString), value: Self.flag) }
        try clientName.withAMQPBytes { (clientName) throws(Failure) in
            var span = capabilities.mutableSpan
            try span.withUnsafeMutableBufferPointer { (capabilities) throws(Failure) in
                let table = amqp_table_t(num_entries: Int32(capabilities.count), entries: capabilities.baseAddress)
                var entries = [
                    amqp_table_entry_t(key: amqp_bytes_t("product"), value: Self.text(amqp_bytes_t("hatohol"))),
                    amqp_table_entry_t(key: amqp_bytes_t("connection_name"), value: Self.text(clientName)),
                    amqp_table_entry_t(key: amqp_bytes_t("capabilities"), value: Self.table(table)),
                ]
                var span = entries.mutableSpan
                try span.withUnsafeMutableBufferPointer { (entries) throws(Failure) in
                    try body(amqp_table_t(num_entries: Int32(entries.count), entries: entries.baseAddress))
                }
            }
        }
    }

    // C unions import as structs whose members share storage: set `kind`, then that member only.

    private static var flag: amqp_field_value_t {
        var value = amqp_field_value_t()
        value.kind = UInt8(AMQP_FIELD_KIND_BOOLEAN.rawValue)
        value.value.boolean = 1
        return value
    }

    static func text(_ bytes: amqp_bytes_t) -> amqp_field_value_t {
        var value = amqp_field_value_t()
        value.kind = UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
        value.value.bytes = bytes
        return value
    }

    private static func table(_ table: amqp_table_t) -> amqp_field_value_t {
        var value = amqp_field_value_t()
        value.kind = UInt8(AMQP_FIELD_KIND_TABLE.rawValue)
        value.value.table = table
        return value
    }
}
