@testable import Intake

/// What a file system adds to the files of a model: inodes that are used again, sizes and times; and answers to questions.
struct SimulatedDirectory {
    private(set) var world = World()
    /// Files that must not lose their inode although they have no name.
    var open: Set<World.FileNumber> = []
    private var inodes: [World.FileNumber: UInt64] = [:]
    private var files: [UInt64: World.FileNumber] = [:]
    private var times: [World.FileNumber: Int64] = [:]
    /// The time of the files, in nanoseconds since 1970; some file systems tell no more than milliseconds.
    private var time: Int64 = 1_790_000_000_000_000_000

    /// Takes what a step has made of the files.
    mutating func update(_ new: World, after step: Step) {
        self.time += 4_000_000
        let old = self.world
        self.world = new
        for number in self.inodes.keys.sorted() where !self.isAlive(number) { self.release(number) }
        for number in new.files.keys.sorted() where self.isAlive(number) {
            if self.inodes[number] == nil { self.allocate(number) }
            guard let file = new.files[number] else { continue }
            let before = old.files[number]
            if before?.generation != file.generation || before?.content.count != file.content.count {
                self.times[number] = self.time
            }
            if before == nil { self.times[number] = self.time }
        }
        if case .gzip(let name, let to) = step, let original = new.file(at: name),
            let archive = new.file(at: to)
        {
            self.times[archive] = self.times[original]
        }
    }

    private func isAlive(_ number: World.FileNumber) -> Bool {
        self.open.contains(number) || self.world.held == number || self.world.isLinked(number)
    }

    /// A new file gets the lowest free inode, as on ext4.
    private mutating func allocate(_ number: World.FileNumber) {
        var inode: UInt64 = 10
        while self.files[inode] != nil { inode += 1 }
        self.inodes[number] = inode
        self.files[inode] = number
    }

    private mutating func release(_ number: World.FileNumber) {
        guard let inode = self.inodes.removeValue(forKey: number) else { return }
        self.files[inode] = nil
    }

    // MARK: What can be seen

    func number(of identity: FileIdentity) -> World.FileNumber? { self.files[identity.inode] }

    func isHeld(_ number: World.FileNumber) -> Bool { self.world.held == number }

    func modified(_ number: World.FileNumber) -> Int64 { self.times[number] ?? self.time }

    /// What the file holds, decompressed if it is compressed.
    func content(_ number: World.FileNumber) -> [UInt8] { self.world.files[number]?.content ?? [] }

    func isCompressed(_ number: World.FileNumber) -> Bool {
        self.world.files[number]?.isCompressed ?? false
    }

    /// The bytes of the file itself.
    ///
    /// Of a compressed one they only have to be others for another content.
    func bytes(_ number: World.FileNumber) -> [UInt8] {
        let content = self.content(number)
        guard self.isCompressed(number) else { return content }
        let hash = content.reduce(UInt64(content.count)) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        return [0x1F, 0x8B] + withUnsafeBytes(of: hash) { Array($0) }
            + [UInt8](repeating: 0, count: content.count / 8)
    }

    /// The file at a path, as a look at the directory shows it.
    func listed(_ path: String) -> ListedFile? {
        guard let target = self.world.resolve(path), let number = self.world.file(at: path),
            let inode = self.inodes[number]
        else { return nil }
        return ListedFile(
            path: path,
            target: target,
            identity: FileIdentity(device: 1, inode: inode),
            size: self.bytes(number).count,
            modified: self.modified(number)
        )
    }

    /// Every file that a pattern matches, by the first of its names.
    func matches(_ patterns: [String]) -> [FileIdentity: ListedFile] {
        var files: [FileIdentity: ListedFile] = [:]
        for path in self.world.entries.keys.sorted()
        where patterns.contains(where: { World.matches($0, path) }) {
            guard let file = self.listed(path), files[file.identity] == nil else { continue }
            files[file.identity] = file
        }
        return files
    }

    /// The regular files in a directory.
    func neighbours(in directory: String) -> [ListedFile] {
        self.world.entries.keys.filter { World.directory(of: $0) == directory }.sorted().compactMap {
            path in
            var file = self.listed(path)
            file?.isMatched = false
            return file
        }
    }

    /// Where a file is that somebody saw under this name a moment ago; `nil` if the name is that of another one by now.
    func number(of file: ListedFile) -> World.FileNumber? {
        self.listed(file.path)?.identity == file.identity ? self.files[file.identity.inode] : nil
    }
}
