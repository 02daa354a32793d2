/// A directory where OpenSSL and Erlang look up revocation lists: `<hash of the issuer's name>.r0`, `.r1` and so on.
///
/// Both read the numbers from 0 until one is missing, and Erlang takes the last list that fits. So an authority must have one
/// list there, since an older one would bring revoked clients back; and two authorities with the same name must have one
/// each, since whoever loses theirs lets everybody in, or nobody.
struct RevocationListDirectory {
    let path: String

    private struct File {
        let number: Int
        let content: Content
    }

    private enum Content {
        /// A list that the same authority signed.
        case own(RevocationList)
        /// A list of another authority.
        case foreign
        /// Anything else, which would end the search for lists behind it.
        case unreadable
    }

    /// Puts a list into the place of the one that the same authority has there, or behind those of other authorities.
    ///
    /// - Returns: the path of its file.
    /// - Throws: `AuthorityError` of code `refused` when the authority has a newer list there.
    func install(_ list: RevocationList, of issuer: Certificate) throws -> String {
        try FileSystem.makeDirectory(self.path)
        let name = list.hashName
        FileSystem.removeUnfinished(in: self.path) { $0.hasPrefix("\(name).r") }
        let files = try self.files(name, issuer)
        try self.refuseOlder(list, than: files)
        let replaceable = files.filter { if case .foreign = $0.content { false } else { true } }.map(\.number)
        let taken = Set(files.map(\.number))
        let chosen = replaceable.first ?? (0...).first { !taken.contains($0) } ?? 0
        for file in files {
            if case .unreadable = file.content { try FileSystem.keepOld(self.file(name, file.number)) }
        }
        try FileSystem.write(list.pem, to: self.file(name, chosen))
        for number in replaceable.dropFirst() { try FileSystem.remove(self.file(name, number)) }
        let left = taken.subtracting(replaceable).union([chosen]).sorted()
        return try self.file(name, self.closeGaps(name, left, chosen))
    }

    /// The lists in the directory, of whatever name; empty when there is no directory.
    func all() throws -> [RevocationList] {
        guard FileSystem.exists(self.path) else { return [] }
        return try FileSystem.names(in: self.path).filter { name in
            let parts = name.split(separator: ".r", omittingEmptySubsequences: false)
            return parts.count == 2 && parts[0].utf8.count == 8 && Int(parts[1]) != nil
        }.compactMap { name in
            // Whatever else has such a name is no list that could end.
            (try? FileSystem.read("\(self.path)/\(name)")).flatMap { try? RevocationList(bytes: $0, from: name) }
        }
    }

    private func file(_ name: String, _ number: Int) -> String { "\(self.path)/\(name).r\(number)" }

    /// The files of that hash in the order of their numbers.
    private func files(_ name: String, _ issuer: Certificate) throws -> [File] {
        let numbers = try FileSystem.names(in: self.path).compactMap { file in
            file.hasPrefix("\(name).r") ? Int(file.dropFirst(name.utf8.count + 2)) : nil
        }
        return try numbers.filter { $0 >= 0 }.sorted().map { number in
            let path = self.file(name, number)
            // A link that leads nowhere is as good as no list.
            let bytes =
                FileSystem.target(of: path) != nil ? (try? FileSystem.read(path)) ?? [] : try FileSystem.read(path)
            // What is no list is noted as such, for those who install a list to decide about.
            guard let list = try? RevocationList(bytes: bytes, from: path) else {
                return File(number: number, content: .unreadable)
            }
            return File(number: number, content: list.isSigned(by: issuer) ? .own(list) : .foreign)
        }
    }

    private func refuseOlder(_ list: RevocationList, than files: [File]) throws {
        for file in files {
            guard case .own(let present) = file.content, let theirs = present.number, let ours = list.number,
                theirs > ours, theirs <= NumberFile.largest
            else { continue }
            throw AuthorityError(
                .refused,
                "installing the revocation list into \(self.path)",
                "number \(theirs) of this authority is there, which is newer than \(ours)",
                advice: "if the authority was restored from a backup, revoke again what that list holds, then remove it"
            )
        }
    }

    /// Gives the files the numbers from 0 on, in their order.
    ///
    /// - Returns: the number that one of them has now.
    private func closeGaps(_ name: String, _ numbers: [Int], _ chosen: Int) throws -> Int {
        var result = chosen
        for (new, old) in numbers.enumerated() where new != old {
            try FileSystem.rename(self.file(name, old), to: self.file(name, new))
            if old == chosen { result = new }
        }
        return result
    }
}
