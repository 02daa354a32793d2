internal import JSONRPC

/// Encoded params of putEvents that can be joined and divided without decoding an event.
///
/// Batches are encoded when they are spooled, long before anybody knows which of them will wait together and how much a
/// request may hold. So several become one request by copying the events of each, and the `lastInfo` of the last:
///
///     {"events":[A,B],"lastInfo":"2"}  and  {"events":[C],"lastInfo":"3"}  make  {"events":[A,B,C],"lastInfo":"3"}
public struct EncodedEvents: Sendable {
    private let params: [UInt8]
    /// What is between the brackets.
    private let events: Range<Int>

    /// Takes params as ``PutEventsWriter`` writes them.
    ///
    /// - Returns: `nil` for params without events, and for those that hold more than events and a `lastInfo` without escapes.
    public init?(_ params: [UInt8]) {
        let head = "{\"events\":["
        let tail = "],\"lastInfo\":\""
        guard params.count > head.utf8.count + tail.utf8.count, params.starts(with: head.utf8),
            params.suffix(2).elementsEqual("\"}".utf8), let quote = params.dropLast(2).lastIndex(of: UInt8(ascii: "\""))
        else { return nil }
        // Text in an event cannot be taken for the tail: a quote in it has a backslash before it.
        let end = quote + 1 - tail.utf8.count
        guard end > head.utf8.count, params[end...quote].elementsEqual(tail.utf8) else { return nil }
        self.params = params
        self.events = head.utf8.count..<end
    }

    /// Appends the params of all together.
    ///
    /// - Parameters:
    ///   - parts: what is joined, in order; at most ``PutEvents/mostEvents`` events.
    ///   - output: where the params go.
    public static func append(joining parts: [Self], to output: inout [UInt8]) {
        guard let last = parts.last else { return }
        output.append("{\"events\":[")
        for (index, part) in parts.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            output.append(contentsOf: part.params[part.events])
        }
        output.append(contentsOf: last.params[last.events.upperBound...])
    }

    /// Divides the events into params of at most so many bytes; an event that is larger has params of its own.
    ///
    /// The `lastInfo` of each part is the id of its last event, as it is in the whole.
    ///
    /// - Returns: the parts and how many events each holds; `nil` if an event does not begin with its id.
    public func divided(intoPartsOf bytes: Int) -> [(count: Int, params: [UInt8])]? {
        var parts: [(count: Int, params: [UInt8])] = []
        var group: [Range<Int>] = []
        func endGroup() -> Bool {
            guard let first = group.first, let last = group.last else { return true }
            guard let id = self.id(of: last) else { return false }
            var params: [UInt8] = []
            params.append("{\"events\":[")
            params.append(contentsOf: self.params[first.lowerBound..<last.upperBound])
            params.append("],\"lastInfo\":\"")
            params.append(contentsOf: id)
            params.append("\"}")
            parts.append((group.count, params))
            group = []
            return true
        }
        // What params hold besides events: both names, and an id.
        let overhead = self.params.count - self.events.count
        for event in self.eventRanges {
            if let first = group.first, event.upperBound - first.lowerBound + overhead > bytes {
                guard endGroup() else { return nil }
            }
            group.append(event)
        }
        guard endGroup() else { return nil }
        return parts
    }

    private func id(of event: Range<Int>) -> ArraySlice<UInt8>? {
        let head = "{\"eventId\":\""
        let bytes = self.params[event]
        guard bytes.starts(with: head.utf8) else { return nil }
        let id = bytes.dropFirst(head.utf8.count).prefix { $0 != UInt8(ascii: "\"") }
        return id.contains(UInt8(ascii: "\\")) ? nil : id
    }

    /// Where each event is.
    private var eventRanges: [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = self.events.lowerBound
        var depth = 0
        var isInText = false
        var index = start
        while index < self.events.upperBound {
            switch self.params[index] {
            case UInt8(ascii: "\\") where isInText: index += 1  // what it escapes may be a quote
            case UInt8(ascii: "\""): isInText.toggle()
            case _ where isInText: break
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ",") where depth == 0:
                ranges.append(start..<index)
                start = index + 1
            default: break
            }
            index += 1
        }
        ranges.append(start..<self.events.upperBound)
        return ranges
    }
}
