internal import FluentdArm
internal import Glibc

@main
enum Main {
    static func main() async {
        exit(await Program.run())
    }
}
