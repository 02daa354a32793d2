extension Doctor {
    /// What a killed `openssl ca` leaves: temporary files, or no database at all.
    mutating func examineTraces() throws {
        let layout = self.layout
        for (path, name) in [
            (layout.index, "index.txt"), (layout.indexAttributes, "index.txt.attr"), (layout.serial, "serial"),
            (layout.revocationListNumber, "crlnumber"),
        ] {
            let new = path + ".new"
            if !FileSystem.exists(path) {
                // Killed between its two renamings: the new file is complete, the old one is the last good one.
                let isNewGood = (try? Self.isGood(new, name)) == true
                let source = isNewGood ? new : path + ".old"
                guard FileSystem.exists(source) else { continue }
                try self.repair(name, "it is missing, taken back from \(source.split(separator: "/").last ?? "")") {
                    try FileSystem.write(FileSystem.read(source, limit: Index.limit), to: path)
                    try FileSystem.remove(new)
                }
            } else if FileSystem.exists(new) {
                try self.repair(name, "openssl ca was interrupted and left \(name).new") { try FileSystem.remove(new) }
            }
        }
        for path in try Self.leftBehind(layout) {
            try self.repair("files", "\(path) was left behind by a program that was killed", level: .warning) {
                FileSystem.removeTree(path)
            }
        }
        if !FileSystem.exists(layout.index) {
            try self.repair("index.txt", "it is missing; begun anew from newcerts") {
                try FileSystem.write([], to: layout.index)
            }
        }
    }

    /// Files that were being written, keys among them, and an authority that was being made.
    private static func leftBehind(_ layout: Layout) throws -> [String] {
        let directories = [layout.directory, layout.certificates, "\(layout.directory)/private", layout.records]
        // Beside the authority's own directory lie files of others, whose names are no business of ours.
        let unfinished = try FileSystem.unfinished(in: layout.base) { $0 == Layout.staging }
        return try unfinished + directories.filter(FileSystem.exists).flatMap { try FileSystem.unfinished(in: $0) }
    }

    private static func isGood(_ path: String, _ name: String) throws -> Bool {
        guard FileSystem.exists(path) else { return false }
        let bytes = try FileSystem.read(path, limit: Index.limit)
        if name == "index.txt" { _ = try Index(bytes: bytes) }
        return !bytes.isEmpty || name == "index.txt"
    }

    /// The database: each of its silent traps by name.
    mutating func examineIndex() throws {
        let bytes = (try FileSystem.readIfThere(self.layout.index, limit: Index.limit)) ?? []
        let (mended, defects) = Self.mend(bytes)
        let layout = self.layout
        for defect in defects {
            try self.repair("index.txt", defect) {}
        }
        if !defects.isEmpty, self.isRepairing {
            try FileSystem.keepOld(layout.index)
            try FileSystem.write(mended, to: layout.index)
        }
        do {
            let index = try Index(bytes: self.isRepairing ? mended : bytes)
            self.add(.good, "index.txt", "\(index.rows.count) certificates")
        } catch let error as AuthorityError {
            if defects.isEmpty || self.isRepairing { self.add(.error, "index.txt", error.reason) }
        }
        let attributes = (try FileSystem.readIfThere(layout.indexAttributes)).map {
            String(decoding: $0, as: UTF8.self)
        }
        if attributes?.contains("unique_subject = no") != true {
            try self.repair("index.txt.attr", "subjects had to be unique, which forbids every renewal", level: .warning)
            {
                try FileSystem.write(Array("unique_subject = no\n".utf8), to: layout.indexAttributes)
            }
        }
    }

    /// Lines as they should be, and what was wrong with them.
    private static func mend(_ bytes: [UInt8]) -> (bytes: [UInt8], defects: [String]) {
        var defects: [String] = []
        if let last = bytes.last, last != UInt8(ascii: "\n") { defects.append("the last line had no line feed") }
        var mended: [UInt8] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, raw) in lines.enumerated() {
            var line = Array(raw)
            if line.contains(UInt8(ascii: "\r")) {
                defects.append("line \(number + 1) had a carriage return")
                line.removeAll { $0 == UInt8(ascii: "\r") }
            }
            if line.isEmpty {
                // What follows the last line feed is no line.
                if number + 1 < lines.count { defects.append("line \(number + 1) was blank") }
            } else if line.first == UInt8(ascii: "#") {
                defects.append("line \(number + 1) was a comment")
            } else {
                mended += line + [UInt8(ascii: "\n")]
            }
        }
        return (mended, defects)
    }

    /// Certificates and their records, both ways.
    mutating func examineFiles() throws {
        // An index that cannot be read has a finding of its own.
        guard var index = try? Index(bytes: FileSystem.read(self.layout.index, limit: Index.limit)),
            FileSystem.exists(self.layout.certificates)
        else { return }
        let layout = self.layout
        var orphans: [Certificate] = []
        var filed: Set<SerialNumber> = []
        for name in try FileSystem.names(in: layout.certificates) where name.hasSuffix(".pem") {
            guard let serial = SerialNumber(String(name.dropLast(4))) else { continue }
            filed.insert(serial)
            guard index[serial] == nil else { continue }
            let path = "\(layout.certificates)/\(name)"
            // The finding says what is to be done, whatever is wrong with the file.
            guard let certificate = try? Certificate(bytes: FileSystem.read(path), from: path) else {
                self.add(.warning, "newcerts", "\(name) is no certificate; remove it")
                continue
            }
            orphans.append(certificate)
        }
        for certificate in orphans {
            try self.repair("newcerts", "\(certificate.serial) (\(certificate.subject)) had no record") {
                index.append(IndexRow(certificate))
            }
        }
        if !orphans.isEmpty, self.isRepairing {
            try FileSystem.keepOld(layout.index)
            try FileSystem.write(index.encoded(), to: layout.index)
        }
        for row in index.rows where !filed.contains(row.serial) {
            self.add(
                .warning,
                "newcerts",
                "the certificate \(row.serial) (\(row.subject)) is on record, but not filed; it cannot be renewed"
            )
        }
    }

    /// The counters of `openssl ca`.
    mutating func examineNumbers() throws {
        let layout = self.layout
        // A list or a counter that cannot be read is as good as none: the number begins anew, above what the list says.
        let highest = (try? RevocationList(bytes: FileSystem.read(layout.revocationList), from: "crl.pem"))?.number
        let counter = NumberFile(path: layout.revocationListNumber)
        let next = try? counter.next()
        if !FileSystem.exists(layout.revocationListNumber) || next == nil || Self.isUsed(next, highest) {
            try self.repair("crlnumber", "it would not let the number of revocation lists rise", level: .warning) {
                // A list whose number cannot rise any more has to be followed by the first number again.
                let following = highest?.next ?? NumberFile.one
                try counter.write(following <= NumberFile.largest ? following : NumberFile.one)
            }
        }
        if !FileSystem.exists(layout.serial) || (try? NumberFile(path: layout.serial).next()) == nil {
            try self.repair("serial", "it holds no number", level: .warning) {
                try NumberFile(path: layout.serial).write(.random())
            }
        }
    }

    private static func isUsed(_ next: SerialNumber?, _ highest: SerialNumber?) -> Bool {
        guard let next, let highest, highest < NumberFile.largest else { return false }
        return next <= highest
    }
}
