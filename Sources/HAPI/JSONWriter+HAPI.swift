internal import JSONRPC

/// Members as HAPI wants them sent: in NFC, within their limits, times with nine digits.
extension JSONWriter {
    mutating func member(_ key: StaticString, _ text: String, _ limit: TextLimit = .string255) {
        self.key(key)
        self.value(limit.clip(text))
    }

    mutating func member(_ key: StaticString, _ text: String?, _ limit: TextLimit = .string255) {
        if let text { self.member(key, text, limit) }
    }

    mutating func member(_ key: StaticString, _ time: TimeStamp) {
        self.key(key)
        time.encode(to: &self)
    }

    mutating func member(_ key: StaticString, timeOrEmpty time: TimeStamp?) {
        if let time { self.member(key, time) } else { self.member(key, "") }
    }

    /// Numbers outside HAPI's range are brought into it.
    mutating func member(_ key: StaticString, _ number: Int) {
        self.key(key)
        self.value(Int64(min(max(number, 0), 2_147_483_647)))
    }

    mutating func member(_ key: StaticString, _ flag: Bool) {
        self.key(key)
        self.value(flag)
    }

    mutating func member(_ key: StaticString, _ word: some RawRepresentable<String>) {
        self.key(key)
        self.value(word.rawValue)
    }

    mutating func member(_ key: StaticString, _ objects: [some HAPIObject]) {
        self.key(key)
        self.beginArray()
        for object in objects { object.encode(to: &self) }
        self.endArray()
    }

    mutating func member(_ key: StaticString, texts: [String]) {
        self.key(key)
        self.beginArray()
        for text in texts { self.value(TextLimit.string255.clip(text)) }
        self.endArray()
    }

    mutating func member(_ key: StaticString, _ object: (some HAPIObject)?) {
        guard let object else { return }
        self.key(key)
        object.encode(to: &self)
    }
}
