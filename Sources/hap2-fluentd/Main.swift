internal import CMalloc
internal import FluentdArm
internal import Glibc

@main
enum Main {
    static func main() async {
        // Batches are made by one thread and given up by another: each arena would keep the room of its own, and there are
        // eight for each core (mallopt(3)).
        mallopt(M_ARENA_MAX, 2)
        exit(await Program.run())
    }
}
