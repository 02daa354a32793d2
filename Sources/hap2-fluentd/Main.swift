internal import CMalloc
internal import FluentdArm
internal import Glibc

@main
enum Main {
    static func main() async {
        // Batches are made by one thread and given up by another: each arena would keep the room of its own, and there are
        // eight for each core (mallopt(3)).
        mallopt(M_ARENA_MAX, 2)
        let status = await Program.run()
        // Not exit(3): its handlers take OpenSSL apart while the thread of a connection that is being opened may still use it.
        fflush(nil)
        _exit(status)
    }
}
