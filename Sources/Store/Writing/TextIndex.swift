internal import Glibc

/// Numbers by text within a scope, found by the bytes of the text without making a string of it.
///
/// Texts that differ in any byte differ here, as they do in the tables. Entries are only ever added, until all are dropped.
struct TextIndex: Sendable {
    private struct Entry: Sendable {
        var hash: Int
        var scope: Int64
        var start: Int
        var count: Int
        var value: Int64
    }

    private var entries: [Entry] = []
    private var bytes: [UInt8] = []
    /// Open addressing: one more than the place of an entry, or 0.
    ///
    /// At least half of them are 0, so that searching ends.
    private var slots: [Int32] = []

    /// How many texts are known.
    var count: Int { self.entries.count }

    /// The number of a text.
    func find(_ text: UnsafeBufferPointer<UInt8>, scope: Int64) -> Int64? {
        guard !self.slots.isEmpty else { return nil }
        let hash = Self.hash(text, scope)
        var slot = hash & (self.slots.count - 1)
        while self.slots[slot] != 0 {
            let entry = self.entries[Int(self.slots[slot]) - 1]
            if entry.hash == hash, entry.scope == scope, self.says(entry, text) { return entry.value }
            slot = (slot + 1) & (self.slots.count - 1)
        }
        return nil
    }

    /// Adds a text that is not there.
    mutating func insert(_ text: UnsafeBufferPointer<UInt8>, scope: Int64, value: Int64) {
        let hash = Self.hash(text, scope)
        self.entries.append(
            Entry(hash: hash, scope: scope, start: self.bytes.count, count: text.count, value: value)
        )
        self.bytes.append(contentsOf: text)
        if self.entries.count * 2 > self.slots.count { return self.grow() }
        self.place(self.entries.count - 1)
    }

    private mutating func grow() {
        self.slots = Array(repeating: 0, count: max(64, self.slots.count * 2))
        for index in self.entries.indices { self.place(index) }
    }

    private mutating func place(_ index: Int) {
        var slot = self.entries[index].hash & (self.slots.count - 1)
        while self.slots[slot] != 0 { slot = (slot + 1) & (self.slots.count - 1) }
        self.slots[slot] = Int32(index + 1)
    }

    private func says(_ entry: Entry, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard entry.count == text.count, let base = text.baseAddress else { return entry.count == text.count }
        return self.bytes.withUnsafeBufferPointer { bytes in
            bytes.baseAddress.map { memcmp($0 + entry.start, base, text.count) == 0 } ?? false
        }
    }

    /// Seeded anew in each process, so that nobody can choose names that collide.
    private static func hash(_ text: UnsafeBufferPointer<UInt8>, _ scope: Int64) -> Int {
        var hasher = Hasher()
        hasher.combine(scope)
        hasher.combine(bytes: UnsafeRawBufferPointer(text))
        return hasher.finalize() & .max
    }
}
