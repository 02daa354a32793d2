internal import HAPI
internal import JSONRPC
public import Spool

/// A request that carries one batch, or several that waited together.
public struct EventRequest: Sendable {
    /// The id its answer will carry.
    public let id: Int64
    /// What it carries, in order of sequence.
    public let batches: [SpooledBatch]

    /// Appends the request as JSON.
    func append(to output: inout [UInt8]) {
        let bytes = self.batches.reduce(0) { $0 + $1.payload.count }
        output.reserveCapacity(output.count + bytes + Self.envelopeBytes)
        Envelope.appendRequest(method: Procedure.putEvents.rawValue, id: .number(self.id), to: &output) { output in
            if self.batches.count == 1 {
                output.append(contentsOf: self.batches[0].payload)
            } else {
                EncodedEvents.append(joining: self.batches.compactMap { EncodedEvents($0.payload) }, to: &output)
            }
        }
    }

    /// What a request holds besides its params at most, in bytes.
    static let envelopeBytes = 128
}

extension SpooledBatch {
    /// Whether the events of other batches may be put into one request with these.
    var canBeJoined: Bool { EncodedEvents(self.payload) != nil }

    /// The batch in parts of at most so many bytes, or of one event; `nil` if it cannot be divided.
    func parts(ofAtMost bytes: Int) -> [SpooledBatch]? {
        guard self.count > 1, let parts = EncodedEvents(self.payload)?.divided(intoPartsOf: bytes),
            parts.count > 1, parts.reduce(0, { $0 + $1.count }) == self.count
        else { return nil }
        var next = self.firstSequence
        return parts.map { count, params in
            defer { next += Int64(count) }
            return SpooledBatch(firstSequence: next, count: count, payload: params)
        }
    }
}
