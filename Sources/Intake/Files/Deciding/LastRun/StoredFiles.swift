/// The files of the last run, which are recognised by what they hold.
enum StoredFiles {
    /// Devices may have other numbers after a restart of the machine: the inode and the contents tell, too.
    static func renumberDevices(in decision: inout FileDecision) {
        var inodes: [UInt64: ListedFile] = [:]
        for file in decision.listed.values where decision.files[file.identity] == nil {
            inodes[file.identity.inode] = file
        }
        guard !inodes.isEmpty else { return }
        for member in decision.files.sorted(where: \.isStored) {
            guard case .stored(var position) = member.state, position.kind != .compressed,
                let file = inodes[position.identity.inode], file.identity.device != position.identity.device,
                decision.listed[position.identity] == nil,
                decision.inquiry.possession(of: position, in: file) == .held
            else { continue }
            let old = position.identity
            decision.files.remove(old)
            position.identity = file.identity
            decision.insert(file, tag: member.tag, as: .stored(position))
            decision.act(.store(position))
            decision.act(.remove(old))
        }
    }

    /// Goes on with the files of the last run; returns the positions of those that are gone, or are other files now.
    static func resume(in decision: inout FileDecision) -> [FilePosition] {
        var gone: [FilePosition] = []
        for member in decision.files.sorted(where: \.isStored) {
            guard case .stored(let position) = member.state, self.isWanted(position, in: decision) else { continue }
            guard self.isGone(position, in: &decision) else { continue }
            decision.files.remove(position.identity)
            gone.append(position)
            guard var file = decision.listed[position.identity] else { continue }
            if file.isMatched { decision.act(.report(.rewrittenWhileStopped(path: file.path))) }
            // What it holds was written since the last run.
            file.mayBeOld = false
            decision.listed[position.identity] = file
        }
        return gone
    }

    private static func isWanted(_ position: FilePosition, in decision: FileDecision) -> Bool {
        !decision.unwanted.contains(position.identity) || decision.listed[position.identity]?.isMatched == true
    }

    /// Goes on with the file of a position, if it is there; true if it is certain that it is not.
    private static func isGone(_ position: FilePosition, in decision: inout FileDecision) -> Bool {
        guard let file = decision.listed[position.identity] else {
            return decision.scan.isSettled && decision.inquiry.isAbsent(position) == false
        }
        switch StoredFile(position, file).resume(in: &decision) {
        case .held, .unfinished, nil: return false
        case .shorter, .notHeld: return decision.scan.isSettled
        }
    }
}
