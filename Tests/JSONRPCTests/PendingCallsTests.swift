import JSONRPC
import Testing

/// Matching answers to calls, with ids as peers send them back.
@Suite struct PendingCallsTests {
    @Test func matchesByDecimalText() throws {
        var calls = PendingCalls<String, Int>()
        let registered = calls.register("a", deadline: 10)
        let id = try #require(registered)
        let number = try #require(id.integer)
        #expect(1...0x7FFF_FFFF ~= number)
        #expect(calls.resolve(.string("0\(number)")) == nil)
        #expect(calls.resolve(.string("+\(number)")) == nil)
        #expect(calls.resolve(.null) == nil)
        #expect(calls.resolve(.string("\(number)")) == "a")
        #expect(calls.resolve(id) == nil)
    }

    @Test func expiresInOrderAndTellsTheNextDeadline() {
        var calls = PendingCalls<String, Int>()
        for (call, deadline) in [("c", 30), ("a", 10), ("b", 20)] { _ = calls.register(call, deadline: deadline) }
        #expect(calls.nextDeadline == 10)
        #expect(calls.expire(at: 9) == [])
        #expect(calls.expire(at: 20) == ["a", "b"])
        #expect(calls.nextDeadline == 30)
        #expect(calls.removeAll() == ["c"])
        #expect(calls.nextDeadline == nil)
    }

    @Test func refusesMoreThanItsCapacity() {
        var calls = PendingCalls<Int, Int>(capacity: 2)
        #expect(calls.register(1, deadline: 1) != nil)
        #expect(calls.register(2, deadline: 1) != nil)
        #expect(calls.register(3, deadline: 1) == nil)
    }

    /// A generator that repeats each number forces a collision.
    @Test func neverGivesAnIdTwice() throws {
        struct Stutter: RandomNumberGenerator {
            var calls: UInt64 = 0
            mutating func next() -> UInt64 {
                self.calls += 1
                return (self.calls / 4) &* 0x9E37_79B9_7F4A_7C15
            }
        }
        var generator = Stutter()
        var calls = PendingCalls<Int, Int>()
        var ids = Set<MessageID>()
        for call in 0..<100 {
            let id = calls.register(call, deadline: 0, using: &generator)
            ids.insert(try #require(id))
        }
        #expect(ids.count == 100)
    }

    @Test func idsMatchAsDecimalText() {
        #expect(MessageID.number(42).integer == 42 && MessageID.string("42").integer == 42)
        for text in ["x", "042", "+42", " 42", ""] { #expect(MessageID.string(text).integer == nil) }
        #expect(MessageID.null.integer == nil)
    }
}
