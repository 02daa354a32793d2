internal import ServiceLifecycle

/// Tells systemd when the end begins: the last of the services, because services end in the reverse of their order.
struct EndNotice: Service {
    func run() async throws {
        try await gracefulShutdown()
        ServiceManager.notify("STOPPING=1")
    }
}
