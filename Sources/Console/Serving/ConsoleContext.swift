internal import Hummingbird
internal import NIOCore

/// What a request knows besides itself: where it came from, and on which connection.
struct ConsoleContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The peer's IP address; empty when there is no network, as in tests.
    let peer: String
    /// The connection it came on.
    let channel: any Channel

    var maxUploadSize: Int { 256 * 1024 }

    init(source: ApplicationRequestContextSource) {
        self.coreContext = CoreRequestContextStorage(source: source)
        self.peer = source.channel.remoteAddress?.ipAddress ?? ""
        self.channel = source.channel
    }
}
