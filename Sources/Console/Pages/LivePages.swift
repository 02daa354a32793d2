internal import HTTPTypes
internal import Hummingbird
internal import Operations
internal import Query
internal import Store

/// What keeps open lists of events up to date: a stream of what arrives, and an answer to what a page missed.
enum LivePages {
    /// The queries that one stream carries: a browser has one stream for all of its pages.
    private static let subscriptions = 50

    static func register(_ routes: inout Routes) {
        routes.page(.get, "/events/stream", .read, self.stream)
        routes.page(.get, "/events/missed", .read, self.missed)
    }

    /// What arrived after an event; a page asks when it was told of more than it showed.
    private static func missed(_ call: Call) async throws -> Response {
        var query = call.query
        let filter = try call.filter(&query, now: Self.moment(call))
        guard let after = try query.int("after", in: 0...Int64.max) else {
            throw Problem.bad("after", "the number of an event is expected")
        }
        try query.finish()
        let arrivals = try await call.site.live.missed(filter, after: after)
        return .json(call.json(arrivals))
    }

    /// Server-sent events (HTML Living Standard, 9.2): rows as they arrive, ready to be put into the list.
    ///
    /// `q` and `after` may be given several times, for several pages. The data of each event begins with a line that holds the
    /// number of the page it is for.
    private static func stream(_ call: Call) async throws -> Response {
        var query = call.query
        let texts = try query.repeated("q", max: self.subscriptions, of: Parser.maximumLength)
        let after = try query.ints("after", max: self.subscriptions) ?? []
        try query.finish()
        let pages = texts.isEmpty ? [""] : texts
        guard after.isEmpty || after.count == pages.count else {
            throw Problem.bad("after", "one number for each q is expected")
        }
        let subscriptions = try pages.enumerated().map { number, text in
            var one = Parameters([JSON.Member(name: "q", value: .string(text))])
            let filter = try call.filter(&one, now: Self.moment(call))
            return LiveEvents.Subscription(filter: filter, after: after.isEmpty ? nil : after[number])
        }
        let messages = try await call.site.live.messages(subscriptions)
        return Response(
            status: .ok,
            // nginx would collect what is sent until a buffer is full.
            headers: [.contentType: "text/event-stream", .accelBuffering: "no"],
            body: ResponseBody { writer in
                call.site.metrics.open()
                defer { call.site.metrics.close() }
                try await writer.write(ByteBuffer(string: ": open\n\n"))
                reading: for await message in messages {
                    switch try await call.standing() {
                    case .unchanged: try await writer.write(call.text(of: message))
                    // The browser comes back by itself, and is told what it may see now.
                    case .changed: break reading
                    case .ended:
                        try await writer.write(ByteBuffer(string: "event: signed-out\ndata:\n\n"))
                        break reading
                    }
                }
                try await writer.finish(nil)
            }
        )
    }

    /// Pages with the same query share one reader, so `since:-1h` must not mean another moment for each of them.
    private static func moment(_ call: Call) -> Timestamp { call.now.floored(seconds: 600) }
}

extension Call {
    fileprivate func text(of message: LiveEvents.Message) -> ByteBuffer {
        let reader = Arrivals.Reader(
            language: self.language,
            canWrite: self.canWrite,
            subscription: message.subscription
        )
        return message.arrivals.text(for: reader) {
            "event: events\ndata: \(message.subscription)\ndata: \(self.json(message.arrivals).text)\n\n"
        }
    }

    private var canWrite: Bool { self.identity.map(Access.write.allows) ?? false }

    fileprivate func json(_ arrivals: Arrivals) -> JSON {
        let rows = arrivals.digest.events.map { event in
            self.site.pages.render(
                "event-row",
                self.view(event, arrivals.servers).merging(["canWrite": self.canWrite, "isNew": true]) { $1 },
                self.language
            )
        }
        return [
            "after": .number(arrivals.after), "last": .number(arrivals.last), "count": JSON(arrivals.digest.count),
            "rows": JSON(rows), "gaps": .array(arrivals.digest.gaps.map { self.json($0) }),
            "isTooMuch": .bool(arrivals.digest.isTooMuch),
        ]
    }

    /// A gap as the page keeps it; moments are texts, because they have more digits than a number of JavaScript.
    private func json(_ gap: ArrivalDigest.Gap) -> JSON {
        [
            "count": JSON(gap.count), "severity": .string(self.text("severity.\(gap.worst)")),
            "at": .string("\(gap.newest.time.nanoseconds)"), "id": .number(gap.newest.id),
            "endAt": .string("\(gap.oldest.time.nanoseconds)"), "endId": .number(gap.oldest.id),
        ]
    }
}
