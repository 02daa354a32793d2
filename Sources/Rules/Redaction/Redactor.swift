internal import JSONRPC

/// Takes out of texts what must not leave the machine.
struct Redactor {
    fileprivate struct Target {
        var target: RedactionTarget
        var search: PatternSearch
        var finder: PatternFinder
    }

    private var targets: [Target]
    /// Finds whether any target is there; most texts have none.
    private var any: PatternSearch?
    private var memberNames: PatternSearch?

    init(_ redactions: [Redaction]) {
        self.targets = redactions.flatMap(\.targets).map {
            Target(target: $0, search: PatternSearch($0.pattern), finder: PatternFinder($0.pattern))
        }
        self.any = self.targets.isEmpty ? nil : PatternSearch(anyOf: self.targets.map(\.target.pattern))
        let names = redactions.compactMap(\.memberNames)
        self.memberNames = names.isEmpty ? nil : PatternSearch(anyOf: names)
    }

    /// Redacts a text in place; says whether anything was found.
    ///
    /// The work is bounded: when there is so much to find that it would take longer, the rest of the text goes as a whole.
    mutating func redact(_ text: inout [UInt8]) -> Bool {
        guard self.any?.occurs(in: text.span) == true else { return false }
        var isChanged = false
        for index in self.targets.indices {
            guard self.targets[index].search.occurs(in: text.span) else { continue }
            isChanged = self.targets[index].replace(in: &text) || isChanged
        }
        return isChanged
    }

    /// Redacts all strings in a JSON text, and all values of members that name a secret.
    ///
    /// What cannot be read cannot be judged: it becomes an empty object.
    mutating func redact(json: inout [UInt8]) -> Bool {
        let old = json
        var new: [UInt8] = []
        new.reserveCapacity(old.count)
        var isChanged = false
        do throws(JSONError) {
            var reader = try JSONReader(old.span, invalidUTF8: .repair)
            try self.copy(&reader, to: &new, &isChanged)
        } catch {
            (new, isChanged) = (Array("{}".utf8), true)
        }
        if isChanged { json = new }
        return isChanged
    }

    private mutating func copy(
        _ reader: inout JSONReader,
        to json: inout [UInt8],
        _ isChanged: inout Bool
    ) throws(JSONError) {
        switch try reader.peekKind() {
        case .object: try self.copyObject(&reader, to: &json, &isChanged)
        case .array:
            try reader.beginArray()
            var separator = UInt8(ascii: "[")
            while try reader.nextElement() {
                json.append(separator)
                separator = UInt8(ascii: ",")
                try self.copy(&reader, to: &json, &isChanged)
            }
            if separator == UInt8(ascii: "[") { json.append(separator) }
            json.append(UInt8(ascii: "]"))
        case .string:
            var text = Array(try reader.readString().utf8)
            isChanged = self.redact(&text) || isChanged
            json.appendJSON(utf8: text.span)
        default:
            let range = try reader.skipValue()
            var scalar = [UInt8](copying: reader.bytes.extracting(range))
            // A number can be a card's; what stands for it is a string.
            if self.redact(&scalar) {
                isChanged = true
                json.appendJSON(utf8: scalar.span)
            } else {
                json.append(contentsOf: scalar)
            }
        }
    }

    private mutating func copyObject(
        _ reader: inout JSONReader,
        to json: inout [UInt8],
        _ isChanged: inout Bool
    ) throws(JSONError) {
        try reader.beginObject()
        var separator = UInt8(ascii: "{")
        while let key = try reader.nextKey() {
            json.append(separator)
            separator = UInt8(ascii: ",")
            var name = Array(reader.string(key).utf8)
            let isSecret = self.memberNames?.occurs(in: name.span) == true
            isChanged = self.redact(&name) || isChanged
            json.appendJSON(utf8: name.span)
            json.append(UInt8(ascii: ":"))
            if isSecret {
                _ = try reader.skipValue()
                json.appendJSON(Redaction.mark)
                isChanged = true
            } else {
                try self.copy(&reader, to: &json, &isChanged)
            }
        }
        if separator == UInt8(ascii: "{") { json.append(separator) }
        json.append(UInt8(ascii: "}"))
    }
}

extension Redactor.Target {
    /// Replaces all occurrences.
    fileprivate mutating func replace(in text: inout [UInt8]) -> Bool {
        let old = text
        let mark = self.target.mark
        var new: [UInt8] = []
        var budget = 32 * old.count + 10_000
        var copied = 0
        var place = 0
        while let found = self.finder.first(in: old.span, from: place, &budget) {
            guard let extent = Self.extent(of: found, in: old.span, self.target.extent) else {
                place = found.lowerBound + 1
                continue
            }
            new += old[copied..<extent.lowerBound]
            new += mark
            copied = extent.upperBound
            place = extent.upperBound
        }
        if budget < 0 {
            new += old[copied..<max(copied, min(place, old.count))] + mark
        } else {
            guard copied > 0 else { return false }
            new += old[copied...]
        }
        text = new
        return true
    }

    /// What goes; `nil` when the occurrence turns out to be harmless.
    private static func extent(
        of found: Range<Int>,
        in text: Span<UInt8>,
        _ extent: RedactionTarget.Extent
    ) -> Range<Int>? {
        switch extent {
        case .occurrence: return found
        case .cardNumber: return CardNumber.prefix(of: text, in: found)
        case .valueAfter:
            var start = found.upperBound
            guard start < text.count, !self.isMarked(text, at: start) else { return nil }
            let quote = text[start]
            if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
                start += 1
                guard !self.isMarked(text, at: start) else { return nil }
                var end = start
                while end < text.count, text[end] != quote { end += text[end] == UInt8(ascii: "\\") ? 2 : 1 }
                return start..<min(end, text.count)
            }
            var end = start
            while end < text.count, !self.endsValue(text[end]) { end += 1 }
            return end == start ? nil : start..<end
        }
    }

    /// Whether an earlier target has been here.
    private static func isMarked(_ text: Span<UInt8>, at start: Int) -> Bool {
        let mark = Redaction.mark.utf8
        return text.count - start >= mark.count && zip(start..., mark).allSatisfy { text[$0] == $1 }
    }

    private static func endsValue(_ byte: UInt8) -> Bool {
        byte <= 0x20 || ",;&\"')]}".utf8.contains(byte)
    }
}
