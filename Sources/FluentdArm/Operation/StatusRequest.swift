internal import ArmPlugin
internal import Glibc
internal import JSONRPC

/// `--status`: asks the agent that uses a state directory how it is doing.
struct StatusRequest {
    let stateDirectory: String

    /// Prints its state and returns whether there is an agent that could be asked.
    func run(asJSON: Bool) -> Bool {
        let path = "\(self.stateDirectory)/\(StatusService.socketName)"
        guard let answer = Self.ask(path) else {
            print(
                "no agent runs with the state directory \(self.stateDirectory) (\(path): \(String(cString: strerror(errno))))"
            )
            return false
        }
        print(asJSON ? String(decoding: answer, as: UTF8.self) : Self.table(answer), terminator: "")
        return true
    }

    /// One line for each member of the object, and for each element of those that are lists.
    static func table(_ json: [UInt8]) -> String {
        var text = ""
        do {
            var reader = try JSONReader(json.span)
            try reader.beginObject()
            while let key = try reader.nextKey() {
                let name = reader.string(key)
                if try reader.peekKind() == .array {
                    try reader.beginArray()
                    while try reader.nextElement() {
                        let element = try reader.skipValue()
                        text += "\(name.dropLast()): \(try self.members(json[element]))\n"
                    }
                } else {
                    let value = try reader.skipValue()
                    text += "\(name): \(String(decoding: json[value], as: UTF8.self))\n"
                }
            }
        } catch {
            return String(decoding: json, as: UTF8.self)
        }
        return text
    }

    /// The members of an object in one line.
    private static func members(_ json: ArraySlice<UInt8>) throws(JSONError) -> String {
        let json = Array(json)
        var reader = try JSONReader(json.span)
        var members: [String] = []
        try reader.beginObject()
        while let key = try reader.nextKey() {
            let name = reader.string(key)
            let value = try reader.skipValue()
            members.append("\(name)=\(String(decoding: json[value], as: UTF8.self))")
        }
        return members.joined(separator: " ")
    }

    /// What an agent answers on its socket; `nil` if none does, with the reason in `errno`.
    static func ask(_ path: String) -> [UInt8]? {
        guard path.utf8.count < 108 else { return nil }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isConnected = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else { return nil }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return answer.isEmpty ? nil : answer }
            answer += chunk[..<count]
        }
    }
}
