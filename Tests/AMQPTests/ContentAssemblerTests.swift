import Testing

@testable import AMQP

@Suite struct ContentAssemblerTests {
    private let delivery = ContentAssembler.Envelope.delivery(
        consumerTag: "c",
        tag: 7,
        redelivered: true,
        routingKey: "q"
    )

    private func feed(_ assembler: inout ContentAssembler, _ bytes: [UInt8]) throws -> ContentAssembler.Content? {
        try bytes.withUnsafeBytes { try assembler.body($0) }
    }

    @Test func joinsPieces() throws {
        var assembler = ContentAssembler(maximumBodySize: 10)
        for round in 0..<2 {
            try assembler.begin(self.delivery)
            #expect(try assembler.header(size: 5, properties: .init(messageID: "m\(round)")) == nil)
            #expect(!assembler.isIdle)
            #expect(try self.feed(&assembler, [1, 2]) == nil)
            #expect(try self.feed(&assembler, []) == nil)
            let content = try self.feed(&assembler, [3, 4, 5])
            #expect(
                content
                    == .init(
                        envelope: self.delivery,
                        properties: .init(messageID: "m\(round)"),
                        size: 5,
                        body: [1, 2, 3, 4, 5]
                    )
            )
            #expect(assembler.isIdle)
        }
    }

    @Test func takesEmptyBodies() throws {
        var assembler = ContentAssembler(maximumBodySize: 10)
        try assembler.begin(self.delivery)
        #expect(try assembler.header(size: 0, properties: .init(messageID: nil))?.body == [])
        #expect(assembler.isIdle)
    }

    @Test(arguments: [UInt64(11), 1 << 40])
    func dropsWhatIsTooLarge(size: UInt64) throws {
        var assembler = ContentAssembler(maximumBodySize: 10)
        try assembler.begin(self.delivery)
        #expect(try assembler.header(size: size, properties: .init(messageID: nil)) == nil)
        #expect(try self.feed(&assembler, [UInt8](repeating: 0, count: 10)) == nil)
        guard size == 11 else { return }
        let content = try self.feed(&assembler, [0])
        #expect(content == .init(envelope: self.delivery, properties: .init(messageID: nil), size: 11, body: []))
    }

    @Test func dropsReturnedBodies() throws {
        var assembler = ContentAssembler(maximumBodySize: 10)
        let envelope = ContentAssembler.Envelope.returned(replyCode: 312, reason: "NO_ROUTE")
        try assembler.begin(envelope)
        _ = try assembler.header(size: 2, properties: .init(messageID: "m"))
        #expect(
            try self.feed(&assembler, [1, 2])
                == .init(envelope: envelope, properties: .init(messageID: "m"), size: 2, body: [])
        )
    }

    @Test func refusesFramesOutOfOrder() throws {
        var assembler = ContentAssembler(maximumBodySize: 10)
        #expect(throws: ContentAssembler.UnexpectedFrame.self) {
            try assembler.header(size: 1, properties: .init(messageID: nil))
        }
        #expect(throws: ContentAssembler.UnexpectedFrame.self) { try self.feed(&assembler, [1]) }
        try assembler.begin(self.delivery)
        #expect(throws: ContentAssembler.UnexpectedFrame.self) { try assembler.begin(self.delivery) }
        #expect(throws: ContentAssembler.UnexpectedFrame.self) { try self.feed(&assembler, [1]) }
        _ = try assembler.header(size: 2, properties: .init(messageID: nil))
        #expect(throws: ContentAssembler.UnexpectedFrame.self) {
            try assembler.header(size: 2, properties: .init(messageID: nil))
        }
        #expect(throws: ContentAssembler.UnexpectedFrame.self) { try self.feed(&assembler, [1, 2, 3]) }
    }
}
