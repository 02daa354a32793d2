/// One step of a history: what a program, a rotation or an operator does.
///
/// Each is one line of a script.
enum Step: Hashable, Sendable {
    /// Appends numbered lines, each of `width` bytes with its newline; makes the file if it is not there.
    case append(String, Lines)
    /// Appends lines that are the same in each file.
    case header(String, Lines)
    /// Writes the first half of a line, which the next `append` to the file completes.
    case begin(String, width: Int)
    /// Makes a file that holds the same bytes as another one although nobody copied it.
    case twin(String, of: String)
    /// Opens a file for `write`, as a program does that keeps its log open.
    case hold(String)
    /// Appends to the file that is held, whatever its name is by now.
    case write(Lines)
    case rename(String, to: String)
    /// Copies bytes as cp(1) does; the name may be that of a file, which is overwritten in place.
    case copy(String, to: String)
    /// Compresses into a new file, which gets the time of the original; the original stays.
    case gzip(String, to: String)
    case truncate(String)
    case delete(String)
    /// Makes a symbolic link or, in one step, lets an existing one point elsewhere.
    case link(String, to: String)
    case start(Beginning)
    /// Ends the follower in order.
    case stop
    /// Ends the follower without a chance to store anything.
    case kill
    /// Lets the follower see nothing until `thaw`: everything in between happens between two looks.
    case freeze
    case thaw
    /// Waits until the follower has read everything.
    case settle
    /// Waits for some milliseconds, in which the follower may look or not.
    case pause(Int)
    /// Only for a simulated follower, as the program does this when it likes: looks at everything and decides.
    case look
    /// Looks now, and decides after the next step.
    case glance
    /// Reads some lines of one of the files that have some.
    case read(file: Int, lines: Int)

    /// The option `--from`.
    enum Beginning: String, Hashable, Sendable {
        case beginning
        case end
    }

    /// How many lines, and how long each is.
    struct Lines: Hashable, Sendable {
        var count: Int
        var width: Int
    }
}

extension Step: CustomStringConvertible {
    var description: String {
        switch self {
        case .append(let name, let lines): "append \(name) \(lines)"
        case .header(let name, let lines): "header \(name) \(lines)"
        case .begin(let name, let width): "begin \(name) \(width)"
        case .twin(let name, let other): "twin \(other) \(name)"
        case .hold(let name): "hold \(name)"
        case .write(let lines): "write \(lines)"
        case .rename(let name, let to): "rename \(name) \(to)"
        case .copy(let name, let to): "copy \(name) \(to)"
        case .gzip(let name, let to): "gzip \(name) \(to)"
        case .truncate(let name): "truncate \(name)"
        case .delete(let name): "delete \(name)"
        case .link(let name, let to): "link \(name) \(to)"
        case .start(let beginning): "start \(beginning.rawValue)"
        case .stop: "stop"
        case .kill: "kill"
        case .freeze: "freeze"
        case .thaw: "thaw"
        case .settle: "settle"
        case .pause(let milliseconds): "pause \(milliseconds)"
        case .look: "look"
        case .glance: "glance"
        case .read(let file, let lines): "read \(file) \(lines)"
        }
    }

    /// Reads a line of a script; `nil` if it is not one.
    init?(_ line: Substring) {
        let words = line.split(separator: " ").map(String.init)
        switch (words.first, words.count) {
        case ("append", 3):
            guard let lines = Lines(words[2]) else { return nil }
            self = .append(words[1], lines)
        case ("header", 3):
            guard let lines = Lines(words[2]) else { return nil }
            self = .header(words[1], lines)
        case ("begin", 3):
            guard let width = Int(words[2]) else { return nil }
            self = .begin(words[1], width: width)
        case ("twin", 3): self = .twin(words[2], of: words[1])
        case ("hold", 2): self = .hold(words[1])
        case ("write", 2):
            guard let lines = Lines(words[1]) else { return nil }
            self = .write(lines)
        case ("rename", 3): self = .rename(words[1], to: words[2])
        case ("copy", 3): self = .copy(words[1], to: words[2])
        case ("gzip", 3): self = .gzip(words[1], to: words[2])
        case ("truncate", 2): self = .truncate(words[1])
        case ("delete", 2): self = .delete(words[1])
        case ("link", 3): self = .link(words[1], to: words[2])
        case ("start", 2):
            guard let from = Beginning(rawValue: words[1]) else { return nil }
            self = .start(from)
        case ("stop", 1): self = .stop
        case ("kill", 1): self = .kill
        case ("freeze", 1): self = .freeze
        case ("thaw", 1): self = .thaw
        case ("settle", 1): self = .settle
        case ("look", 1): self = .look
        case ("glance", 1): self = .glance
        case ("read", 3):
            guard let file = Int(words[1]), let lines = Int(words[2]) else { return nil }
            self = .read(file: file, lines: lines)
        case ("pause", 2):
            guard let milliseconds = Int(words[1]) else { return nil }
            self = .pause(milliseconds)
        default: return nil
        }
    }
}

extension Step.Lines: CustomStringConvertible {
    var description: String { "\(self.count)x\(self.width)" }

    init?(_ word: String) {
        let numbers = word.split(separator: "x").compactMap { Int($0) }
        guard numbers.count == 2 else { return nil }
        self.init(count: numbers[0], width: numbers[1])
    }
}
