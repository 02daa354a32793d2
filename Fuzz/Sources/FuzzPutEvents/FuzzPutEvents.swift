internal import HAPI
internal import JSONRPC
internal import LibFuzzer

@main
struct FuzzPutEvents {
    static func main() { runFuzzer(fuzzPutEvents) }
}

/// The decoder of putEvents and its writer: what is accepted can be sent, and says the same again.
///
/// The other params see the same bytes.
private func fuzzPutEvents(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    let params = JSONValue(bytes)
    do {
        let put = try PutEvents.decode(params).value
        let again = try PutEvents.decode(JSONValue(put.encoded()))
        precondition(again.value == put, "events change on their way")
        precondition(again.notes.isEmpty, "what we send deserves a note")
    } catch {
        precondition(!error.problems.isEmpty)
    }
    check(PutItems.self, params)
    check(PutHosts.self, params)
    check(PutTriggers.self, params)
    check(PutHostGroupMembership.self, params)
    check(FetchEvents.self, params)
    check(ArmInfo.self, params)
    check(Profile.self, params)
    write(bytes)
    return 0
}

private func check<Params: HAPIObject & Equatable>(_ type: Params.Type, _ value: JSONValue) {
    do throws(InvalidParams) {
        let decoded = try Params.decode(value).value
        guard let again = try? Params(JSONValue(decoded.encoded())) else {
            preconditionFailure("what was written cannot be read")
        }
        precondition(again == decoded, "params change on their way")
    } catch {
        precondition(!error.problems.isEmpty)
    }
}

/// Any bytes as the text of an event.
private func write(_ bytes: [UInt8]) {
    var writer = PutEventsWriter()
    writer.beginEvent(utf8ID: bytes.span, time: .earliest, type: .bad)
    writer.set(.brief, utf8: bytes.span)
    writer.set(.extendedInfo, utf8: bytes.span)
    writer.endEvent()
    guard let put = try? PutEvents.decode(JSONValue(writer.finish())) else {
        preconditionFailure("what was written cannot be read")
    }
    precondition(put.notes.isEmpty && TextLimit.string255.admits(put.value.events[0].brief))
}
