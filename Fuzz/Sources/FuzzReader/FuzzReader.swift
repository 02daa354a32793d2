internal import JSONRPC
internal import LibFuzzer

@main
struct FuzzReader {
    static func main() { runFuzzer(fuzzReader) }
}

/// The JSON reader: whatever it accepts, writing its strings and reading them again gives the same; and passing over a text says
/// the same as reading it.
private func fuzzReader(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    for mode in [JSONReader.InvalidUTF8.reject, .repair] {
        let read = problem(bytes, mode) { reader throws(JSONError) in try walk(&reader) }
        let skipped = problem(bytes, mode) { reader throws(JSONError) in _ = try reader.skipValue() }
        precondition(read == skipped, "read: \(String(describing: read)), passed over: \(String(describing: skipped))")
    }
    return 0
}

/// What is wrong with a text, if anything is.
private func problem(
    _ bytes: [UInt8],
    _ mode: JSONReader.InvalidUTF8,
    _ take: (inout JSONReader) throws(JSONError) -> Void
) -> JSONError? {
    do {
        var reader = try JSONReader(bytes.span, invalidUTF8: mode)
        try take(&reader)
        try reader.finish()
        return nil
    } catch {
        return error
    }
}

private func walk(_ reader: inout JSONReader) throws(JSONError) {
    switch try reader.peekKind() {
    case .object:
        try reader.beginObject()
        while let key = try reader.nextKey() {
            check(reader.string(key))
            try walk(&reader)
        }
    case .array:
        try reader.beginArray()
        while try reader.nextElement() { try walk(&reader) }
    case .string: check(try reader.readString())
    case .number: _ = try reader.readNumber()
    case .boolean: _ = try reader.readBoolean()
    case .null: try reader.readNull()
    }
}

private func check(_ text: String) {
    do {
        let again = try read(text.encoded())
        precondition(again.utf8.elementsEqual(text.utf8), "a string changes on its way")
    } catch {
        preconditionFailure("what was written cannot be read: \(error)")
    }
}

private func read(_ bytes: [UInt8]) throws(JSONError) -> String {
    var reader = try JSONReader(bytes.span)
    let text = try reader.readString()
    try reader.finish()
    return text
}
